import { NO_LIMITS } from '../../dev/environment';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { freePort, LOOPBACK, urlOf } from '../../harness/ports';
import { type SmsSandbox, startSmsSandbox } from '../../sandbox';
import { devServerCommand, isDevServerReady } from '../../harness/temporal/dev-server';
import { findTemporalCli } from '../../harness/executables/find-executable';
import { type BuiltService, buildService } from './built-service';
import { CrashableProcess } from './crashable-process';

/** Everything that takes part, each its own process that can be killed; only the SMS provider is in this one. */
export interface Stage {
  readonly sandbox: SmsSandbox;
  readonly temporal: CrashableProcess;
  readonly temporalAddress: string;
  readonly api: CrashableProcess;
  readonly apiUrl: string;
  /** A worker that isn't started yet. */
  createWorker(smsUrl: string): CrashableProcess;
  stop(): Promise<void>;
}

export const API_KEY = 'caller';
const ACCOUNT = { accountSid: 'AC00000000000000000000000000000000', authToken: 'token' };
const SECRET_KEYS = `chaos:${Buffer.alloc(32, 7).toString('base64')}`;
const PHONE_DIGEST_KEY = Buffer.alloc(32, 8).toString('base64');

/** Builds the service, and starts the SMS sandbox; Temporal on a file, and the API, are ready to be started. */
export async function setStage(): Promise<Stage> {
  const [built, executable, sandbox] = await Promise.all([
    buildService(),
    process.env['TEST_TEMPORAL_CLI'] ?? findTemporalCli(),
    startSmsSandbox({ port: 0, ...ACCOUNT }),
  ]);
  const [temporalPort, port] = [await freePort(), await freePort()];
  const temporalAddress = `${LOOPBACK}:${temporalPort}`;
  const apiUrl = urlOf(LOOPBACK, port);
  const env = serviceVariables(temporalAddress, port);
  const workers: CrashableProcess[] = [];
  const temporal = temporalProcess(executable, temporalPort, built);
  const api = new CrashableProcess({
    name: 'The API',
    ...node(built.server, { ...env, TWILIO_API_URL: sandbox.url }),
    isReady: async () => (await fetch(`${apiUrl}/readyz`)).ok,
  });

  return {
    sandbox,
    temporal,
    temporalAddress,
    api,
    apiUrl,
    createWorker(smsUrl) {
      const worker = new CrashableProcess({
        name: `Worker ${workers.length + 1}`,
        ...node(built.worker, { ...env, TWILIO_API_URL: smsUrl }),
        isReady: async (lines) => lines.some((line) => line.includes('"state":"RUNNING"')),
      });
      workers.push(worker);
      return worker;
    },
    async stop() {
      await Promise.all([...workers, api, temporal].map((process) => process.kill()));
      await sandbox.close();
      await built.remove();
    },
  };
}

function temporalProcess(executable: string, port: number, { directory }: BuiltService): CrashableProcess {
  const options = { executable, port, dbFile: path.join(directory, 'temporal.db') };
  return new CrashableProcess({
    name: 'Temporal',
    ...devServerCommand(options),
    isReady: () => isDevServerReady(options),
  });
}

function node(script: string, env: Record<string, string>) {
  return { command: process.execPath, args: [script], env };
}

/** Everything else stays as the service has it by default: what it does in trouble is not for a test to tune. */
function serviceVariables(temporalAddress: string, port: number): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: LOOPBACK,
    PORT: `${port}`,
    PUBLIC_URL: urlOf(LOOPBACK, port),
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_TASK_QUEUE: `chaos-${randomUUID()}`,
    SECRET_KEYS,
    PHONE_DIGEST_KEY,
    API_KEYS: API_KEY,
    ...NO_LIMITS,
    TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
    TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
    TWILIO_FROM: '+15005550006',
  };
}
