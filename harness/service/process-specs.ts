import { hostname } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Command } from '../processes/start-process';
import type { ProcessSpec } from '../processes/supervised-process';
import { PROJECT_DIRECTORY, TYPESCRIPT_OPTIONS } from '../project';
import { type DevServerOptions, devServerCommand, isDevServerReady } from '../temporal/dev-server';
import type { Variables } from './service-environment';

const { DescribeTaskQueueMode, TaskQueueType } = temporal.api.enums.v1;
const ANSWER_LIMIT_MS = 2000;

/** Runs a TypeScript file. Node runs without a wrapper process, so signals reach the script. */
export function sourceCommand(file: string, env: Variables): Command {
  const args = [...TYPESCRIPT_OPTIONS, path.resolve(PROJECT_DIRECTORY, file)];
  return { command: process.execPath, args, env, cwd: PROJECT_DIRECTORY };
}

export function temporalSpec(options: DevServerOptions): ProcessSpec {
  return { name: 'temporal', ...devServerCommand(options), isReady: () => isDevServerReady(options) };
}

/** An API is ready when `/readyz` answers 200, which means that it can reach Temporal. */
export function apiSpec(command: Command, url: string): ProcessSpec {
  return { name: 'api', ...command, isReady: () => isOk(`${url}/readyz`) };
}

/** A worker is ready when Temporal lists its process as a poller of the task queue. */
export function workerSpec(name: string, command: Command, client: Client, taskQueue: string): ProcessSpec {
  return { name, ...command, isReady: (pid) => isPolling(pid, client, taskQueue) };
}

/** Whether a GET request gets a 2xx answer. @throws Error if it gets no answer */
export async function isOk(url: string): Promise<boolean> {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  return ok;
}

async function isPolling(pid: number, client: Client, taskQueue: string): Promise<boolean> {
  const { pollers, versionsInfo } = await client.withDeadline(Date.now() + ANSWER_LIMIT_MS, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      // The default mode lists the pollers of only one partition: a second worker can be missing for a minute.
      apiMode: DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED,
      taskQueueTypes: [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW],
      reportPollers: true,
    }),
  );
  const listed = Object.values(versionsInfo).flatMap(({ typesInfo }) => Object.values(typesInfo ?? {}));
  // An old server ignores this mode and lists the workers only in `pollers`.
  return [...pollers, ...listed.flatMap((info) => info.pollers ?? [])].some(
    // The SDK's default identity of a worker.
    ({ identity }) => identity === `${pid}@${hostname()}`,
  );
}
