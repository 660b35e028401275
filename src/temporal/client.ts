import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

export interface TemporalClientOptions {
  readonly connection: ConnectionOptions;
  readonly namespace: string;
}

/**
 * A client that starts without Temporal: the connection is made by the first call, so that the API comes up and says
 * that it isn't ready. Queries to closed runs are rejected: their result is read instead, which needs no worker.
 */
export function createTemporalClient({ connection, namespace }: TemporalClientOptions): Client {
  return new Client({
    connection: Connection.lazy(connection),
    namespace,
    workflow: { queryRejectCondition: 'NOT_OPEN' },
  });
}
