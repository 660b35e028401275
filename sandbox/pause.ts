import { setTimeout } from 'node:timers/promises';

/** The longest that a Node timer can wait; it fires at once for anything above. */
const LONGEST_MS = 2 ** 31 - 1;

/** Waits, and says whether the time passed: `false` means that the sandbox closed first. */
export async function pause(ms: number, closing: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(Math.min(ms, LONGEST_MS), undefined, { signal: closing });
    return true;
  } catch {
    return false;
  }
}
