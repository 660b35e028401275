import { setTimeout } from 'node:timers/promises';
import { MIN_UNVERIFIED_RUN_MS } from '../../domain/policy';
import type { VerificationState } from '../../workflows/definitions';
import type { RunStates } from './run-states';
import type { VerificationId } from '../ids';

export interface Wait {
  readonly waitMs: number;
  /** Aborts when the caller no longer waits. */
  readonly signal: AbortSignal;
}

/** How often the state of a young run is read: it can have a final status and still be open. */
const POLL_INTERVAL_MS = 250;
const STILL_OPEN = Symbol('still open');

/** Waits until a verification ends. Returns its state then, or its current state when the wait is over. */
export async function waitForDecision(
  states: RunStates,
  id: VerificationId,
  state: VerificationState,
  { waitMs, signal }: Wait,
): Promise<VerificationState> {
  const done = new AbortController();
  const closed = states.waitForEnd(id, waitMs, AbortSignal.any([signal, done.signal]));
  try {
    // A younger run that did not end `verified` stays open: only its state shows that it has ended.
    // A start may have waited in a queue since `createdAt`.
    const [startedAt = state.createdAt] = state.messagesAt;
    const youngMs = Date.parse(startedAt) + MIN_UNVERIFIED_RUN_MS - Date.now();
    const pollUntil = performance.now() + Math.min(youngMs, MIN_UNVERIFIED_RUN_MS, waitMs);
    while (performance.now() < pollUntil && !signal.aborted) {
      const end = await Promise.race([closed, setTimeout(POLL_INTERVAL_MS, STILL_OPEN)]);
      if (end !== STILL_OPEN) break;
      const current = await states.read(id);
      if (current.endedAt !== null) return current;
    }
    const end = await closed;
    // If the client is gone, the state is not read again.
    return end ?? (signal.aborted ? state : await states.read(id));
  } finally {
    done.abort();
    closed.catch(() => {});
  }
}
