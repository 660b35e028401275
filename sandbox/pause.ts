import { setTimeout } from 'node:timers/promises';

/** The longest delay of a timer in Node. Timers with a longer delay fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Waits. Returns false if the signal ended the wait before the time was over. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(Math.min(ms, MAX_DELAY_MS), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
