import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities } from './activities';

/** `node worker.js TASK_QUEUE BUNDLE`: a worker with the same settings as the service's worker. */
async function main(taskQueue = '', codePath = ''): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath },
    activities,
    stickyQueueScheduleToStartTimeout: '1s',
  });
  await worker.run();
  await connection.close();
}

void main(...process.argv.slice(2));
