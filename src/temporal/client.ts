import { Client, Connection } from '@temporalio/client';
import type { Config } from '../config';

/**
 * A client that starts without Temporal: the connection is made by the first call, so that the API comes up and says
 * that it isn't ready. Queries to closed runs are rejected: their result is read instead, which needs no worker.
 */
export function createTemporalClient({ connection, namespace }: Config['temporal']): Client {
  return new Client({
    connection: Connection.lazy(connection),
    namespace,
    workflow: { queryRejectCondition: 'NOT_OPEN' },
  });
}
