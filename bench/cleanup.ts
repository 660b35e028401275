/** Called right after each start with the function that stops it, so that everything is stopped if a later one fails. */
export type OnEnd = (end: () => Promise<unknown>) => void;

/**
 * Runs a benchmark, and then stops what it started, the last first: also if it fails, and if this process gets a signal
 * to stop.
 */
export async function withCleanup<T>(work: (onEnd: OnEnd) => Promise<T>): Promise<T> {
  const endings: (() => Promise<unknown>)[] = [];
  try {
    return await Promise.race([work((end) => void endings.unshift(end)), stopSignal()]);
  } finally {
    for (const end of endings) await end();
  }
}

/** Rejects when this process gets a signal to stop. */
async function stopSignal(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`Stopped by ${signal}`)));
    }
  });
}
