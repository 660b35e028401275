import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';

export interface TemporalClientOptions {
  readonly connection: ConnectionOptions;
  readonly namespace: string;
  /** Needed for whatever reads or writes payloads. */
  readonly dataConverter?: DataConverter;
}

/**
 * A client that starts without Temporal: the connection is made by the first call, so that the API comes up and says
 * that it isn't ready. Queries to closed runs are rejected: their result is read instead, which needs no worker.
 */
export function createTemporalClient({
  connection,
  namespace,
  dataConverter,
}: TemporalClientOptions): Client {
  return new Client({
    connection: Connection.lazy({
      // gRPC's own pauses between reconnects grow to two minutes: longer than a window.
      channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 },
      ...connection,
      interceptors: [
        // The SDK's own pauses between retries grow to 5 s and don't mind a deadline.
        makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ factor: 1.3 })),
        ...(connection.interceptors ?? []),
      ],
    }),
    namespace,
    ...(dataConverter && { dataConverter }),
    workflow: { queryRejectCondition: 'NOT_OPEN' },
  });
}
