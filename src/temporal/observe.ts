import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { retentionSecondsIn } from './retention';
import { durationMs } from './timestamp';

const { DescribeTaskQueueMode, TaskQueueType } = temporal.api.enums.v1;

/** Prometheus waits 10 s for metrics by default. */
const TIMEOUT_MS = 2_000;

const TASK_TYPES = [
  { taskType: 'workflow', type: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW },
  { taskType: 'activity', type: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY },
];

/** What Temporal says about the namespace and the task queue. Undefined where it does not answer in time. */
export async function observeTemporal(client: Client, taskQueue: string) {
  const [namespace, tasks] = await Promise.all([
    orUndefined(client, () =>
      client.workflowService.describeNamespace({ namespace: client.options.namespace }),
    ),
    orUndefined(client, () => describeTaskQueue(client, taskQueue)),
  ]);
  return {
    isReachable: namespace !== undefined,
    retentionSeconds: namespace && retentionSecondsIn(namespace),
    taskQueue: tasks,
  };
}

/**
 * The pollers and the backlog of each type of task, over all partitions and all versions of workers. A worker that has
 * stopped remains a poller for about five minutes. The age of the backlog shows at once that nobody takes tasks.
 */
async function describeTaskQueue(client: Client, name: string) {
  const { versionsInfo } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    // The default mode lists the pollers of only one partition, and one type.
    apiMode: DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED,
    taskQueueTypes: TASK_TYPES.map(({ type }) => type),
    versions: { unversioned: true, allActive: true },
    reportPollers: true,
    reportStats: true,
  });
  const versions = Object.values(versionsInfo);
  // A server that does not know this mode.
  if (versions.length === 0) return undefined;
  return TASK_TYPES.map(({ taskType, type }) => {
    const found = versions.flatMap(({ typesInfo }) => typesInfo?.[type] ?? []);
    const stats = found.flatMap((info) => info.stats ?? []);
    return {
      taskType,
      pollers: new Set(found.flatMap(({ pollers }) => pollers?.map(({ identity }) => identity) ?? [])).size,
      backlog: stats.reduce(
        (sum, { approximateBacklogCount }) => sum + Number(approximateBacklogCount ?? 0),
        0,
      ),
      backlogAgeSeconds: Math.max(
        0,
        ...stats.map(({ approximateBacklogAge }) => durationMs(approximateBacklogAge) / 1000),
      ),
    };
  });
}

async function orUndefined<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await client.withDeadline(Date.now() + TIMEOUT_MS, ask);
  } catch {
    return undefined;
  }
}
