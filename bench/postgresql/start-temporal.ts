import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../../harness/executables/run-command';
import { LOOPBACK } from '../../harness/ports';
import { prepareNamespace, registerNamespace } from '../../harness/temporal/namespace';
import type { OnEnd } from '../cleanup';
import type { Processes } from '../processes';
import type { TemporalServer } from '../temporal-server';
import { findPostgres } from './find-postgres';
import { installTemporalCommand, TEMPORAL_SERVER_VERSION } from './go-install';
import { serverEnvironment } from './server-environment';
import { type Postgres, startPostgres } from './start-postgres';

const NAMESPACE = 'default';
const SCHEMA_LIMIT_MS = 120_000;

/** Starts PostgreSQL and a Temporal server that stores its data there, and waits until they are ready. */
export async function startTemporalOnPostgresql(
  directory: string,
  processes: Processes,
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<TemporalServer> {
  const install = (name: string, goPackage: string) =>
    installTemporalCommand(name, `go.temporal.io/server/${goPackage}`, print, onEnd);
  // First: a missing PostgreSQL is reported before anything is compiled.
  const postgresCommands = await findPostgres(process.env['PATH'] ?? '');
  const server = await install('temporal-server', 'cmd/server');
  const sqlTool = await install('temporal-sql-tool', 'cmd/tools/sql');
  const postgres = await startPostgres(postgresCommands, directory, processes, onEnd);
  await createSchemas(sqlTool, directory, postgres);

  const env = await serverEnvironment(postgres);
  const address = `${LOOPBACK}:${env['FRONTEND_GRPC_PORT']}`;
  await processes.startReady({
    name: 'temporal',
    command: server,
    args: ['--allow-no-auth', 'start'],
    env,
    isReady: async () => {
      await registerNamespace(address, NAMESPACE);
      return prepareNamespace(address, NAMESPACE);
    },
  });
  return {
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: NAMESPACE, TEMPORAL_TLS: 'false' },
    description: `server ${TEMPORAL_SERVER_VERSION}, PostgreSQL ${postgres.version}`,
    metricsUrl: `http://${env['PROMETHEUS_ENDPOINT']}/metrics`,
  };
}

/** Creates Temporal's two databases, with the script and the schema that docker-compose.yml uses. */
async function createSchemas(sqlTool: string, directory: string, { port, user, password }: Postgres) {
  await symlink(sqlTool, path.join(directory, 'temporal-sql-tool'));
  const env = {
    PATH: [directory, process.env['PATH']].join(path.delimiter),
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: LOOPBACK,
    SQL_PORT: `${port}`,
    SQL_USER: user,
    SQL_PASSWORD: password,
  };
  const signal = AbortSignal.timeout(SCHEMA_LIMIT_MS);
  await runCommand('/bin/sh', ['docker/temporal/set-up-schema.sh'], { env, signal });
}
