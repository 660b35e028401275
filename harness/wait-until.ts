import { setTimeout as sleep } from 'node:timers/promises';

/** The pause grows: short waits end quickly, and long waits use little CPU. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 100;
const PAUSE_GROWTH_MS = 2;
const PROGRESS_EVERY_MS = 5000;

export interface WaitOptions {
  /** The expected event, for the error message. */
  what: string;
  limitMs: number;
  /** Ends the wait with the signal's reason as the error. */
  signal?: AbortSignal;
  /** Called every few seconds with the elapsed seconds. */
  onWait?: (seconds: number) => void;
}

/**
 * Calls `look` repeatedly until it returns a value other than `undefined` or `false`, and returns this value. If `look`
 * throws, it is also called again.
 *
 * @throws Error when the time limit is over; its cause is the last error that `look` threw
 */
export async function waitUntil<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { what, limitMs, signal, onWait }: WaitOptions,
): Promise<T> {
  const start = Date.now();
  let lastError: unknown;
  let timer: NodeJS.Timeout | undefined;
  // `look` itself may never return, so the time-out must not wait for it.
  const timedOut = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new Error(`Timed out after ${limitMs / 1000} s waiting for ${what}`, { cause: lastError }));
    timer = setTimeout(fail, limitMs);
  });
  timedOut.catch(() => {}); // It can reject during a pause, when no race handles it.
  const progress = setInterval(() => onWait?.(Math.round((Date.now() - start) / 1000)), PROGRESS_EVERY_MS);
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs + PAUSE_GROWTH_MS, LONGEST_PAUSE_MS)) {
      const { found, error } = await Promise.race([lookOnce(look), timedOut]);
      signal?.throwIfAborted();
      if (found !== undefined && found !== false) return found;
      lastError = error;
      await sleep(pauseMs);
    }
  } finally {
    clearTimeout(timer);
    clearInterval(progress);
  }
}

async function lookOnce<T>(look: () => T | Promise<T>): Promise<{ found?: T; error?: unknown }> {
  try {
    return { found: await look() };
  } catch (error) {
    return { error };
  }
}
