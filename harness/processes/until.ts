import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;
const SIGN_OF_LIFE_MS = 5000;

export interface UntilOptions {
  /** For the message of the error. */
  what: string;
  limitMs: number;
  /** Ends the waiting early, with its reason. */
  signal: AbortSignal;
  /** Is told every few seconds that it isn't true yet. */
  onWait?: (seconds: number) => void;
}

/** Waits until something is true; that it can't be told counts as not yet. @throws Error when it takes too long */
export async function until(
  isTrue: () => Promise<boolean>,
  { what, limitMs, signal, onWait }: UntilOptions,
): Promise<void> {
  const start = Date.now();
  const signOfLife = setInterval(() => onWait?.(Math.round((Date.now() - start) / 1000)), SIGN_OF_LIFE_MS);
  try {
    while (!(await isTrue().catch(() => false))) {
      signal.throwIfAborted();
      if (Date.now() - start > limitMs) throw new Error(`${what} is not ready after ${limitMs / 1000} s`);
      await sleep(LOOK_EVERY_MS);
    }
    signal.throwIfAborted();
  } finally {
    clearInterval(signOfLife);
  }
}
