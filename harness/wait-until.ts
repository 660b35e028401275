import { setTimeout as sleep } from 'node:timers/promises';

/** Short waits are noticed at once; long ones do not take the CPU from what is waited for. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 100;
const PAUSE_GROWTH_MS = 2;
const PROGRESS_EVERY_MS = 5000;

export interface WaitOptions {
  /** What is waited for, for the message of the error. */
  what: string;
  limitMs: number;
  /** Ends the waiting early, with its reason. */
  signal?: AbortSignal;
  /** Called every few seconds with the seconds that have passed. */
  onWait?: (seconds: number) => void;
}

/**
 * Calls `look` again and again until it returns something other than `undefined` or `false`, and returns that.
 * If `look` throws, it is called again as well.
 *
 * @throws Error when the time limit has passed; its cause is what `look` threw last
 */
export async function waitUntil<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { what, limitMs, signal, onWait }: WaitOptions,
): Promise<T> {
  const start = Date.now();
  let lastError: unknown;
  let timer: NodeJS.Timeout | undefined;
  // A race, as `look` itself may never come to an end.
  const timedOut = new Promise<never>((_, reject) => {
    const fail = () =>
      reject(new Error(`Timed out after ${limitMs / 1000} s waiting for ${what}`, { cause: lastError }));
    timer = setTimeout(fail, limitMs);
  });
  timedOut.catch(() => {}); // During a pause nobody listens to it.
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
