import { increase, type Counters } from './counters';
import type { ReadCpuTime } from './cpu-time';
import type { Side, Started } from './side';
import type { RunReader } from './run-reader';

/** The result of a closed loop: how many verifications it completed, in how many seconds, with how much CPU time. */
export interface ClosedLoop {
  n: number;
  concurrency: number;
  seconds: number;
  /** By process, in milliseconds. */
  cpuMs: Counters;
  workflowIds: string[];
}

/** The name of this process in `cpuMs`: the load generator, and on the floor also the client. */
export const LOAD = 'load';

/**
 * Runs `n` verifications, `concurrency` at the same time: first all starts, each until its message has arrived, then
 * all checks. The result is the time of both, without the pause between them. The pause is necessary: a check during
 * `sending`, earlier than any person could send it, needs fewer steps in Temporal. The CPU time is that of the whole
 * loop, delivery reports included, but without this process's work in the pause.
 */
export async function closedLoop(
  side: Side,
  { n, concurrency }: Pick<ClosedLoop, 'n' | 'concurrency'>,
  runs: RunReader,
  readCpuTime: ReadCpuTime,
): Promise<ClosedLoop> {
  const cpuBefore = await readCpuTime();
  const started: Started[] = [];
  const starts = await inParallel(concurrency, n, async () => {
    const one = await side.start();
    await one.messageArrived;
    started.push(one);
  });
  const workflowIds = started.map(({ workflowId }) => workflowId);
  for (const workflowId of workflowIds) await runs.untilWindowOpen(workflowId);
  const checks = await inParallel(concurrency, n, async (index) => started[index]?.check());
  await side.untilIdle();
  const cpuMs = { ...increase(cpuBefore, await readCpuTime()), [LOAD]: starts.cpuMs + checks.cpuMs };
  return { n, concurrency, seconds: starts.seconds + checks.seconds, cpuMs, workflowIds };
}

/** Runs `work` `n` times, `concurrency` at the same time. Returns the time, and the CPU time of this process. */
export async function inParallel(concurrency: number, n: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const begin = performance.now();
  const cpuBegin = process.cpuUsage();
  const callers = Array.from({ length: concurrency }, async () => {
    while (next < n) await work(next++);
  });
  await Promise.all(callers);
  const { user, system } = process.cpuUsage(cpuBegin);
  return { seconds: (performance.now() - begin) / 1_000, cpuMs: (user + system) / 1_000 };
}
