import { randomUUID } from 'node:crypto';
import type { Interceptor } from '@grpc/grpc-js';
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { NativeConnection } from '@temporalio/worker';
import { createTemporalClient } from '../../src/temporal/client';
import { eventually, quietRuntime, requiredEnv, testDataConverter } from './service';

const RETENTION_MS = 24 * 3_600_000;

export interface DevServer {
  readonly client: Client;
  readonly nativeConnection: NativeConnection;
  close(): Promise<void>;
}

export interface DevServerOptions {
  /** Default: without encryption. */
  readonly dataConverter?: DataConverter;
  readonly namespace?: string;
  /** Of the client. */
  readonly interceptors?: Interceptor[];
}

/** Connects to the Temporal dev server of the test run. */
export async function connectDevServer({
  dataConverter = testDataConverter,
  namespace = 'default',
  interceptors = [],
}: DevServerOptions = {}): Promise<DevServer> {
  quietRuntime();
  const address = requiredEnv('TEST_TEMPORAL_ADDRESS');
  const client = createTemporalClient({ connection: { address, interceptors }, namespace, dataConverter });
  const nativeConnection = await NativeConnection.connect({ address });
  return {
    client,
    nativeConnection,
    async close() {
      await client.connection.close();
      await nativeConnection.close();
    },
  };
}

/** Connects to a new namespace of that server, which lacks the search attributes. */
export async function connectBareNamespace(interceptors: Interceptor[] = []): Promise<DevServer> {
  const namespace = `bare-${randomUUID()}`;
  const server = await connectDevServer({ namespace, interceptors });
  const { workflowService } = server.client;
  const workflowExecutionRetentionPeriod = msNumberToTs(RETENTION_MS);
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  await eventually(() => workflowService.countWorkflowExecutions({ namespace }));
  return server;
}
