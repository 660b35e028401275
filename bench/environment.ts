import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { freePort, LOOPBACK } from '../harness/ports';
import { NO_LIMITS } from '../dev/environment';
import { startTemporalDevServer } from '../harness/temporal/dev-server';
import { findTemporalCli } from '../harness/executables/find-executable';
import { createSecrets } from '../scripts/create-secrets';
import type { Variables } from './processes';

export interface TemporalServer {
  /** What tells a process where it is. */
  env: Variables;
  /** What it is, for whoever reads the figures. */
  description: string;
  stop(): Promise<void>;
}

/** The server that TEMPORAL_ADDRESS names, or one of development's, on a file of its own. */
export async function openTemporal(directory: string, say: (line: string) => void): Promise<TemporalServer> {
  if (process.env['TEMPORAL_ADDRESS']) {
    return { env: outsideVariables(), description: 'the one at TEMPORAL_ADDRESS', stop: async () => {} };
  }
  const executable = await findTemporalCli({ say });
  const dbFile = path.join(directory, 'temporal.db');
  const server = await startTemporalDevServer({ executable, port: await freePort(), dbFile });
  return {
    env: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'default', TEMPORAL_TLS: 'false' },
    description: 'dev server, SQLite file',
    stop: () => server.stop(),
  };
}

/** All but the limits, which are there to slow down, stays as the service has it by default: nothing is tuned here. */
export function serviceVariables(options: {
  temporal: Variables;
  port: number;
  taskQueue: string;
  apiKey: string;
  smsUrl: string;
  account: { accountSid: string; authToken: string };
}): Variables {
  return {
    ...options.temporal,
    ...createSecrets('bench'),
    ...NO_LIMITS,
    NODE_ENV: 'production',
    HOST: LOOPBACK,
    PORT: `${options.port}`,
    API_KEYS: options.apiKey,
    TEMPORAL_TASK_QUEUE: options.taskQueue,
    TWILIO_ACCOUNT_SID: options.account.accountSid,
    TWILIO_AUTH_TOKEN: options.account.authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_API_URL: options.smsUrl,
  };
}

export function randomToken(): string {
  return randomBytes(16).toString('hex');
}

/** How to reach Temporal, and where a profile of it would be; nothing else of the environment reaches the service. */
function outsideVariables(): Record<string, string> {
  const isMeant = (name: string) => name.startsWith('TEMPORAL_') || name === 'HOME';
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value && isMeant(name) ? [[name, value]] : [])),
  );
}
