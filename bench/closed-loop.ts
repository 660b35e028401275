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
 * Runs `n` verifications, `concurrency` of them under way at any time: start and wait for the text, one after the
 * other, then check them all. What counts is the time that both take, not the wait between them: a check that comes
 * right after the text, as no person's does, can meet a verification that is still sending, and takes a shorter way
 * through Temporal.
 */
export async function closedLoop(
  side: Side,
  { n, concurrency }: Pick<ClosedLoop, 'n' | 'concurrency'>,
  traces: Traces,
): Promise<ClosedLoop> {
  const started: Started[] = [];
  const startSeconds = await inParallel(concurrency, n, async () => {
    const one = await side.start();
    await one.texted;
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
