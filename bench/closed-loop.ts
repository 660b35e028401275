import type { Side, Started } from './side';
import type { Traces } from './traces';

/** How many verifications a closed loop took to their end, and how long that took. */
export interface ClosedLoop {
  n: number;
  concurrency: number;
  seconds: number;
  workflowIds: string[];
}

/**
 * Runs `n` verifications, `concurrency` of them at the same time: first all starts, each until its message has arrived,
 * then all checks. The result is the time of both, without the pause between them. Without that pause a check, which
 * comes sooner than any person's, could find its verification still sending, which takes fewer steps in Temporal.
 */
export async function closedLoop(
  side: Side,
  { n, concurrency }: Pick<ClosedLoop, 'n' | 'concurrency'>,
  traces: Traces,
): Promise<ClosedLoop> {
  const started: Started[] = [];
  const startSeconds = await inParallel(concurrency, n, async () => {
    const one = await side.start();
    await one.messageArrived;
    started.push(one);
  });
  const workflowIds = started.map(({ workflowId }) => workflowId);
  for (const workflowId of workflowIds) await traces.windowOpen(workflowId);
  const checkSeconds = await inParallel(concurrency, n, async (index) => started[index]?.check());
  return { n, concurrency, seconds: startSeconds + checkSeconds, workflowIds };
}

/** Runs `work` `n` times, `concurrency` of them at once. Returns how many seconds that takes. */
async function inParallel(concurrency: number, n: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const begin = performance.now();
  const callers = Array.from({ length: concurrency }, async () => {
    while (next < n) await work(next++);
  });
  await Promise.all(callers);
  return (performance.now() - begin) / 1_000;
}
