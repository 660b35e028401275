import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
  type WorkflowClientInterceptor,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { noProxyToThisMachine } from './http-proxy';

export interface TemporalClientOptions {
  readonly connection: ConnectionOptions;
  readonly namespace: string;
  /** Needed to read or write payloads. */
  readonly dataConverter?: DataConverter;
  readonly interceptors?: readonly WorkflowClientInterceptor[] | undefined;
}

/**
 * A client that connects with its first call, so that the API can start without Temporal and report that it is not
 * ready. Queries to closed runs are rejected: callers then read the run's result, which needs no worker.
 */
export function createTemporalClient({
  connection,
  namespace,
  dataConverter,
  interceptors = [],
}: TemporalClientOptions): Client {
  return new Client({
    connection: Connection.lazy({
      // By default, gRPC's pauses between reconnects grow to two minutes, which is longer than a window.
      channelArgs: {
        'grpc.initial_reconnect_backoff_ms': 100,
        'grpc.max_reconnect_backoff_ms': 1_000,
        // By default, the SDK notices a connection that is dead without a sign after 45 s. Temporal closes a connection
        // on which it is pinged more often than every 10 s.
        'grpc.keepalive_time_ms': 12_000,
        'grpc.keepalive_timeout_ms': 3_000,
        ...noProxyToThisMachine(connection.address),
      },
      ...connection,
      // A copy: the SDK adds headers of its own to it.
      ...(connection.metadata && { metadata: { ...connection.metadata } }),
      interceptors: [
        // By default, the SDK's pauses between retries grow to 5 s and ignore the call's deadline.
        makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ factor: 1.3 })),
        ...(connection.interceptors ?? []),
      ],
    }),
    namespace,
    ...(dataConverter && { dataConverter }),
    interceptors: { workflow: [...interceptors] },
    workflow: { queryRejectCondition: 'NOT_OPEN' },
  });
}
