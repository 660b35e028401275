import path from 'node:path';
import { findTemporalCli } from '../harness/executables/find-executable';
import { freePort, LOOPBACK, urlOf } from '../harness/ports';
import { temporalSpec } from '../harness/service/process-specs';
import { setVariables } from '../src/config/read-environment';
import type { OnEnd } from './cleanup';
import type { Database } from './databases';
import { startTemporalOnPostgresql } from './postgresql/start-temporal';
import type { Processes } from './processes';
import type { TemporalServer } from './temporal-server';

/** The server at TEMPORAL_ADDRESS. */
export function givenTemporal(): TemporalServer {
  return { env: temporalVariables(), description: 'server at TEMPORAL_ADDRESS' };
}

/** Starts a server that stores its data in `database`, and waits until it is ready. */
export async function startTemporal(
  database: Database,
  directory: string,
  processes: Processes,
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<TemporalServer> {
  switch (database) {
    case 'sqlite':
      return startDevServer(directory, processes, print);
    case 'postgresql':
      return startTemporalOnPostgresql(directory, processes, onEnd, print);
  }
}

async function startDevServer(
  directory: string,
  processes: Processes,
  print: (line: string) => void,
): Promise<TemporalServer> {
  const executable = await findTemporalCli({ print });
  const dbFile = path.join(directory, 'temporal.db');
  const [port, metricsPort] = [await freePort(), await freePort()];
  await processes.startReady(temporalSpec({ executable, port, dbFile, metricsPort }));
  return {
    env: { TEMPORAL_ADDRESS: `${LOOPBACK}:${port}`, TEMPORAL_NAMESPACE: 'default', TEMPORAL_TLS: 'false' },
    description: 'dev server, SQLite file',
    metricsUrl: `${urlOf(LOOPBACK, metricsPort)}/metrics`,
  };
}

/** The variables about the connection to Temporal. The service gets no other variables of this process. */
function temporalVariables(): Record<string, string> {
  const isAboutTemporal = (name: string) => name.startsWith('TEMPORAL_') || name === 'HOME';
  return Object.fromEntries(
    Object.entries(setVariables(process.env)).filter(([name]) => isAboutTemporal(name)),
  );
}
