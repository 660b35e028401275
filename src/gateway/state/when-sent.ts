import { setTimeout } from 'node:timers/promises';
import { isRefusal } from '../../domain/refusals';
import type { VerificationState } from '../../workflows/definitions';
import { Bound } from '../bound';
import type { VerificationId } from '../ids';
import type { RunStates } from './run-states';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 800;
/** Most of this process's queries must be left for requests that need an answer. */
const MAX_READS = 10;
const READS = { name: 'first-messages', maxRunning: MAX_READS, maxAccepted: MAX_READS, maxWaitMs: 1_000 };

/** `pause`: for tests. */
export function createWhenSent(
  states: Pick<RunStates, 'readWithin'>,
  pause: (ms: number) => Promise<unknown> = setTimeout,
) {
  const reads = new Bound(READS);

  /**
   * The state once this message is no longer being sent. Undefined if it still is after `timeoutMs`, or if the state
   * can't be read. `index`: the message's place among all messages of the verification, 0 for the first.
   */
  return async function whenSent(
    id: VerificationId,
    index: number,
    timeoutMs: number,
  ): Promise<VerificationState | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return undefined;
      // Also before the first read: the provider never answers at once.
      await pause(Math.min(pauseMs, leftMs));
      const state = await readNow(id, Math.max(deadline - performance.now(), 0));
      if (state && !isBeingSent(state, index)) return state;
    }
  };

  /** Undefined if Temporal or a worker does not answer now. A later read may succeed. */
  async function readNow(id: VerificationId, timeoutMs: number): Promise<VerificationState | undefined> {
    try {
      return await states.readWithin(id, timeoutMs, reads);
    } catch (error) {
      if (isRefusal(error, 'temporal_unavailable')) return undefined;
      throw error;
    }
  }
}

function isBeingSent(
  { status, messageInFlightSince, messagesAt }: VerificationState,
  index: number,
): boolean {
  return status === 'sending' || (messageInFlightSince !== null && index === messagesAt.length - 1);
}
