import type { Client } from '@temporalio/client';
import { retryAfterSeconds, VerificationError } from '../domain/refusals';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { VerificationState } from '../workflows/messages';
import type { RunStates } from './run-states';
import { initialState, parseMemo, type VerificationMemo } from './stored-data';
import type { VerificationId } from './ids';

export type Run = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>;

/** The result of a start. `closing`: the open run has a final status and will close within MIN_UNVERIFIED_RUN_MS. */
export type StartOutcome =
  | { readonly outcome: 'started' | 'joined'; readonly id: VerificationId; readonly state: VerificationState }
  | { readonly outcome: 'closing'; readonly id: VerificationId };

/** A run has up to three events until its first workflow task completes. Until then, it can't answer a query. */
const MAX_EVENTS_WITHOUT_STATE = 3;
/** The time-out for the state of the open run. Without it, Retry-After is less exact. */
const STATE_TIMEOUT_MS = 500;

/** Resolves a start that found an open run: a repeat of the same request returns it; any other request gets 409. */
export function createJoin(states: RunStates) {
  /** @throws VerificationError `verification_in_progress`, `idempotency_key_reused` */
  return async function join(
    run: Run,
    request: Pick<VerificationMemo, 'nonce' | 'idempotencyDigest' | 'requestDigest'>,
  ): Promise<StartOutcome> {
    const memo = parseMemo(run.memo);
    const { tenantId, nonce } = memo;
    const id = { tenantId, workflowId: run.workflowId, runId: run.runId, nonce };
    const hasNoState = run.historyLength <= MAX_EVENTS_WITHOUT_STATE;
    const state = hasNoState ? undefined : await states.readWithin(id, STATE_TIMEOUT_MS);
    const isOurs = memo.nonce === request.nonce;
    const { idempotencyDigest, requestDigest } = memo;
    // After the end, the same key starts a new verification.
    if (state?.endedAt && !isOurs) return { outcome: 'closing', id };
    if (
      isOurs ||
      (request.idempotencyDigest !== undefined && request.idempotencyDigest === idempotencyDigest)
    ) {
      const isRepeat = requestDigest === undefined || requestDigest === request.requestDigest;
      if (!isRepeat) throw new VerificationError({ code: 'idempotency_key_reused' });
      // If no worker answers, a repeat gets the initial state.
      return { outcome: isOurs ? 'started' : 'joined', id, state: state ?? initialState(memo) };
    }
    throw inProgressError(latestEndMs(state, run, memo));
  };
}

/** `endsAt`: when the open verification ends at the latest, epoch milliseconds. */
export function inProgressError(endsAt: number): VerificationError {
  return new VerificationError({
    code: 'verification_in_progress',
    retryAfterSeconds: retryAfterSeconds(endsAt - Date.now()),
  });
}

/**
 * When the run's window closes at the latest, epoch milliseconds. Before the window opens, two steps may take
 * SEND_DEADLINE_MS each: a worker requests the message, and the provider accepts it.
 */
function latestEndMs(
  state: VerificationState | undefined,
  { startTime }: Run,
  { policy }: VerificationMemo,
): number {
  if (state?.expiresAt) return Date.parse(state.expiresAt);
  const requestedAt = state?.messageInFlightSince
    ? Date.parse(state.messageInFlightSince)
    : startTime.getTime() + SEND_DEADLINE_MS;
  return requestedAt + SEND_DEADLINE_MS + policy.windowMs;
}
