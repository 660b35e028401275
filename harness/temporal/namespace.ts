import { status } from '@grpc/grpc-js';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time';
import { noProxyToThisMachine } from '../../src/temporal/http-proxy';
import { lacksSearchAttributes } from '../../src/temporal/search-attributes';
import { addSearchAttributes } from './add-search-attributes';

/** Cool-downs are read from closed runs. The dev server's default of 24 h is too short for the longest cool-down. */
const RETENTION = msNumberToTs(30 * 24 * 3_600_000);
const CONNECT_LIMIT_MS = 1000;

/** Creates a namespace that does not exist yet. @throws Error if the server does not answer */
export async function registerNamespace(address: string, namespace: string): Promise<void> {
  await withConnection(address, async ({ workflowService }) => {
    try {
      await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: RETENTION });
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== status.ALREADY_EXISTS) throw error;
    }
  });
}

/**
 * Sets the namespace's retention to 30 days and adds the search attributes, which a database from an earlier version
 * lacks. @returns whether the server knows the attributes @throws Error if the server does not answer
 */
export async function prepareNamespace(address: string, namespace: string): Promise<boolean> {
  return withConnection(address, async (connection) => {
    const config = { workflowExecutionRetentionTtl: RETENTION };
    await connection.workflowService.updateNamespace({ namespace, config });
    await addSearchAttributes(connection, namespace);
    return !(await lacksSearchAttributes(connection, namespace));
  });
}

async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({
    address,
    connectTimeout: CONNECT_LIMIT_MS,
    channelArgs: noProxyToThisMachine(address),
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
