import path from 'node:path';
import { freePort, LOOPBACK } from '../../harness/ports';
import { PROJECT_DIRECTORY } from '../../harness/project';
import type { Variables } from '../../harness/service/service-environment';
import type { Postgres } from './start-postgres';

/** The default of Temporal's server. docker-compose.yml has 512, for a server that grows. */
const HISTORY_SHARDS = 4;

/** The variables for the ports of the server's four services. */
const PORT_VARIABLES = [
  ...['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'].flatMap((service) => [
    `${service}_GRPC_PORT`,
    `${service}_MEMBERSHIP_PORT`,
  ]),
  'FRONTEND_HTTP_PORT',
];

/**
 * The variables of a Temporal server whose four services are one process. It reads them with the configuration that is
 * compiled into it, as in docker-compose.yml. All ports are free ones of the loopback interface.
 */
export async function serverEnvironment({ port, user, password }: Postgres): Promise<Variables> {
  const ports = await Promise.all(PORT_VARIABLES.map(async (name) => [name, `${await freePort()}`] as const));
  return {
    ...Object.fromEntries(ports),
    DB: 'postgres12',
    POSTGRES_SEEDS: LOOPBACK,
    DB_PORT: `${port}`,
    POSTGRES_USER: user,
    POSTGRES_PWD: password,
    BIND_ON_IP: LOOPBACK,
    TEMPORAL_BROADCAST_ADDRESS: LOOPBACK,
    PROMETHEUS_ENDPOINT: `${LOOPBACK}:${await freePort()}`,
    NUM_HISTORY_SHARDS: `${HISTORY_SHARDS}`,
    DYNAMIC_CONFIG_FILE_PATH: path.join(PROJECT_DIRECTORY, 'docker/temporal/dynamic-config.yaml'),
    // As the dev server.
    LOG_LEVEL: 'error',
  };
}
