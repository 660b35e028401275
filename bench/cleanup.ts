import { onStopSignals } from '../harness/processes/stop-signals';

/** Called right after each start with the function that stops it, so that everything is stopped if a later one fails. */
export type OnEnd = (end: () => Promise<unknown>) => void;

/**
 * Runs a benchmark, and then stops what it started, the last first: also if it fails, and if this process gets a signal
 * to stop. A second Ctrl-C ends this process at once.
 */
export async function withCleanup<T>(work: (onEnd: OnEnd) => Promise<T>): Promise<T> {
  const endings: (() => Promise<unknown>)[] = [];
  const stopped = new Promise<never>((_, reject) => {
    onStopSignals({ stop: () => reject(new Error('Stopped by a signal')), kill: () => process.exit(1) });
  });
  try {
    return await Promise.race([work((end) => void endings.unshift(end)), stopped]);
  } finally {
    await endAll(endings);
  }
}

/** One that fails does not keep the others. After a signal, the benchmark still runs and can add more. */
async function endAll(endings: (() => Promise<unknown>)[]): Promise<void> {
  for (let end = endings.shift(); end !== undefined; end = endings.shift()) {
    await end().catch((error: unknown) => process.stderr.write(`Clean-up failed: ${String(error)}\n`));
  }
}
