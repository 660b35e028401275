import path from 'node:path';
import { freePort, LOOPBACK, urlOf } from '../harness/ports';
import { startTemporalDevServer } from '../harness/temporal/dev-server';
import { findTemporalCli } from '../harness/executables/find-executable';
import type { Variables } from '../harness/service/service-environment';
import { setVariables } from '../src/config/read-environment';

export interface TemporalServer {
  /** The variables with which a process connects to it. */
  env: Variables;
  /** Shown with the figures. */
  description: string;
  /** Undefined if this process did not start it. */
  pid?: number;
  /** Prometheus metrics. Undefined if this process did not start it. */
  metricsUrl?: string;
  stop(): Promise<void>;
}

/** The server at TEMPORAL_ADDRESS. Without this variable, starts a dev server that stores its data in `directory`. */
export async function openTemporal(
  directory: string,
  print: (line: string) => void,
): Promise<TemporalServer> {
  if (process.env['TEMPORAL_ADDRESS']) {
    return { env: temporalVariables(), description: 'server at TEMPORAL_ADDRESS', stop: async () => {} };
  }
  const executable = await findTemporalCli({ print });
  const dbFile = path.join(directory, 'temporal.db');
  const metricsPort = await freePort();
  const server = await startTemporalDevServer({ executable, port: await freePort(), dbFile, metricsPort });
  return {
    env: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'default', TEMPORAL_TLS: 'false' },
    description: 'dev server, SQLite file',
    pid: server.pid,
    metricsUrl: `${urlOf(LOOPBACK, metricsPort)}/metrics`,
    stop: () => server.stop(),
  };
}

/** The variables about the connection to Temporal. The service gets no other variables of this process. */
function temporalVariables(): Record<string, string> {
  const isAboutTemporal = (name: string) => name.startsWith('TEMPORAL_') || name === 'HOME';
  return Object.fromEntries(
    Object.entries(setVariables(process.env)).filter(([name]) => isAboutTemporal(name)),
  );
}
