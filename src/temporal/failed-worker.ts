import { setInterval, setTimeout } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';

const CHECK_INTERVAL_MS = 1_000;
/** How long a worker that has failed may take to end. */
const END_TIMEOUT_MS = 15_000;

/**
 * Rejects if the worker has failed and does not end. The SDK waits without a limit for the tasks of such a worker, but it
 * takes no new ones: only a new process goes on. Otherwise the promise stays pending.
 */
export async function failedWithoutEnd(
  worker: Pick<Worker, 'getState'>,
  timeoutMs = END_TIMEOUT_MS,
  checkIntervalMs = CHECK_INTERVAL_MS,
): Promise<never> {
  const checks = setInterval(checkIntervalMs, undefined, { ref: false });
  for await (const _ of checks) if (worker.getState() === 'FAILED') break;
  await setTimeout(timeoutMs);
  throw new Error('the Temporal SDK has failed');
}
