import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createTemporalClient } from '../../src/temporal/client';
import { quietRuntime, requiredEnv, testDataConverter } from './service';

export interface DevServer {
  readonly client: Client;
  readonly nativeConnection: NativeConnection;
  close(): Promise<void>;
}

/** Connects to the Temporal dev server of the test run. */
export async function connectDevServer(dataConverter = testDataConverter): Promise<DevServer> {
  quietRuntime();
  const address = requiredEnv('TEST_TEMPORAL_ADDRESS');
  const client = createTemporalClient({
    connection: { address },
    namespace: 'default',
    dataConverter,
  });
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
