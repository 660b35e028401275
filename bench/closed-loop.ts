import type { Side, Started } from './side';
import type { RunReader } from './run-reader';

/** The result of a closed loop: how many verifications it completed, and in how many seconds. */
export interface ClosedLoop {
  n: number;
  concurrency: number;
  seconds: number;
  workflowIds: string[];
}

/**
 * Runs `n` verifications, `concurrency` at the same time: first all starts, each until its message has arrived, then
 * all checks. The result is the time of both, without the pause between them. The pause is necessary: a check during
 * `sending`, earlier than any person could send it, needs fewer steps in Temporal.
 */
export async function closedLoop(
  side: Side,
  { n, concurrency }: Pick<ClosedLoop, 'n' | 'concurrency'>,
  runs: RunReader,
): Promise<ClosedLoop> {
  const started: Started[] = [];
  const startSeconds = await inParallel(concurrency, n, async () => {
    const one = await side.start();
    await one.messageArrived;
    started.push(one);
  });
  const workflowIds = started.map(({ workflowId }) => workflowId);
  for (const workflowId of workflowIds) await runs.untilWindowOpen(workflowId);
  const checkSeconds = await inParallel(concurrency, n, async (index) => started[index]?.check());
  return { n, concurrency, seconds: startSeconds + checkSeconds, workflowIds };
}

/** Runs `work` `n` times, `concurrency` at the same time. Returns the time in seconds. */
async function inParallel(concurrency: number, n: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const begin = performance.now();
  const callers = Array.from({ length: concurrency }, async () => {
    while (next < n) await work(next++);
  });
  await Promise.all(callers);
  return (performance.now() - begin) / 1_000;
}
