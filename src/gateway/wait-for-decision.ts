import { setTimeout } from 'node:timers/promises';
import { MIN_UNSUCCESSFUL_RUN_MS } from '../domain/policy';
import type { VerificationState } from '../workflows/messages';
import type { RunStates } from './run-states';
import type { VerificationId } from './ids';

export interface Wait {
  readonly waitMs: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** How soon a run that may be decided and still open is looked at again. */
const LOOK_AGAIN_MS = 250;
const STILL_OPEN = Symbol('still open');

/** How a verification ended; or how it stands when the wait is over. */
export async function waitForDecision(
  states: RunStates,
  id: VerificationId,
  state: VerificationState,
  { waitMs, signal }: Wait,
): Promise<VerificationState> {
  const decided = new AbortController();
  const stop = () => decided.abort();
  // A signal that has aborted already tells nobody any more.
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  const giveUpAt = Date.now() + waitMs;
  const closed = states.waitForEnd(id, waitMs, decided.signal);
  try {
    // Until it is this old, an unsuccessful run stays open although it is decided: that shows in its state alone.
    const matureAt = Date.parse(state.createdAt) + MIN_UNSUCCESSFUL_RUN_MS;
    while (Date.now() < Math.min(matureAt, giveUpAt) && !signal.aborted) {
      const end = await Promise.race([closed, setTimeout(LOOK_AGAIN_MS, STILL_OPEN)]);
      if (end !== STILL_OPEN) break;
      const now = await states.read(id);
      if (now.endedAt !== null) return now;
    }
    const end = await closed;
    // Without a client there is nobody to read it for.
    return end ?? (signal.aborted ? state : await states.read(id));
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    closed.catch(() => {});
  }
}
