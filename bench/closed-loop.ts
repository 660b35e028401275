import { setTimeout as sleep } from 'node:timers/promises';
import type { Side, Started } from './side';

/**
 * From the text's arrival until the window is open for certain. Not counted. A check that comes sooner, as no person's
 * does, can meet a verification that is still sending, and takes a shorter way through Temporal.
 */
const WINDOW_OPENS_WITHIN_MS = 1_000;

/** How many verifications a closed loop took to their end, and how long that took. */
export interface ClosedLoop {
  n: number;
  concurrency: number;
  seconds: number;
  workflowIds: string[];
}

/**
 * Runs `n` verifications, `concurrency` of them under way at any time: start and wait for the text, one after the
 * other, then check them all. What counts is the time that both take.
 */
export async function closedLoop(
  side: Side,
  load: Pick<ClosedLoop, 'n' | 'concurrency'>,
): Promise<ClosedLoop> {
  const { n, concurrency } = load;
  const started: Started[] = [];
  const startSeconds = await inParallel(concurrency, n, async () => {
    const one = await side.start();
    await one.texted;
    started.push(one);
  });
  await sleep(WINDOW_OPENS_WITHIN_MS);
  const checkSeconds = await inParallel(concurrency, n, async (index) => started[index]?.check());
  const workflowIds = started.map(({ workflowId }) => workflowId);
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
