import { deriveTags } from '../../crypto/code';
import type { KeyRing } from '../../crypto/key-ring';
import { retryAfterSeconds, VerificationError } from '../../domain/refusals';
import { attemptsUsedUpRefusal, SEND_DEADLINE_MS } from '../../domain/policy';
import type { VerificationState } from '../../workflows/definitions';
import type { RunStates } from '../state/run-states';
import { initialState, parseMemo, type VerificationMemo } from '../stored-data';
import type { VerificationId } from '../ids';
import type { Run } from '../workflow-calls';

/**
 * The result of a start. `repeated`: an earlier request with the same Idempotency-Key started it. `joined`: another
 * request did. `closing`: the open run has a final status and will close within MIN_UNVERIFIED_RUN_MS.
 */
export type StartOutcome =
  | {
      readonly outcome: 'started' | 'repeated' | 'joined';
      readonly id: VerificationId;
      readonly state: VerificationState;
    }
  | { readonly outcome: 'closing'; readonly id: VerificationId };

/** The open run of a number, as a start found it. */
export interface FoundRun {
  readonly outcome: 'found';
  readonly run: Run;
}

/** A run has up to three events until its first workflow task completes. Until then, it can't answer a query. */
const MAX_EVENTS_WITHOUT_STATE = 3;
/** The time-out for the state of the open run. Without the state, a run that has ended is taken for one that goes on. */
const STATE_TIMEOUT_MS = 2_000;
const OTHER_CODE = 'The number has an open verification with another code.';

/** The start that found an open run. */
export interface JoiningRequest {
  /** Of the run that it would have started. */
  readonly memo: Pick<VerificationMemo, 'nonce' | 'idempotencyDigest' | 'requestDigest'>;
  readonly request: {
    /** Whether it may join a verification that another request started. */
    readonly mayJoin?: boolean;
    readonly customCode?: string | undefined;
  };
}

/**
 * Resolves a start that found an open run: a repeat of the same request returns it. Another request joins it or is
 * refused.
 */
export function createJoin(states: RunStates, keyRing: KeyRing) {
  /**
   * Returns other outcomes than `found` unchanged.
   * @throws VerificationError `verification_in_progress`, `idempotency_key_reused`; for a request that may join,
   * `verification_ended` if the attempts are used up, `invalid_request` if the code is not the verification's and
   * `worker_unavailable`
   */
  return async function join(
    found: StartOutcome | FoundRun,
    { memo: ownMemo, request: { mayJoin = false, customCode } }: JoiningRequest,
  ): Promise<StartOutcome> {
    if (found.outcome !== 'found') return found;
    const { run } = found;
    const memo = parseMemo(run.memo);
    const { tenantId, nonce } = memo;
    const id = { tenantId, workflowId: run.workflowId, runId: run.runId, nonce };
    const startedBy = starterOf(memo, ownMemo);
    const hasNoState = run.historyLength <= MAX_EVENTS_WITHOUT_STATE;
    const state = hasNoState ? undefined : await readState(id, mayJoin && startedBy === 'another request');
    const refusal = mayJoin && state && attemptsUsedUpRefusal(state, Date.now());
    if (refusal) throw new VerificationError(refusal);
    // The window can be over before the workflow's timer fires.
    const hasEnded = state && (state.endedAt !== null || (mayJoin && isWindowOver(state)));
    // After the end, the same key starts a new verification.
    if (hasEnded && startedBy !== 'this request') return { outcome: 'closing', id };
    // A run that has no state yet, or whose state no worker tells in time, is shown in its initial state.
    const shown = { id, state: state ?? initialState(memo) };
    switch (startedBy) {
      case 'this request':
        return { outcome: 'started', ...shown };
      case 'the same key': {
        const { requestDigest, codeTag } = memo;
        const hasSameFields = requestDigest === undefined || requestDigest === ownMemo.requestDigest;
        const bothHaveCode = (customCode !== undefined) === (codeTag !== undefined);
        if (!hasSameFields || !bothHaveCode || !isCodeOf(memo, run.workflowId, customCode))
          throw new VerificationError({ code: 'idempotency_key_reused' });
        return { outcome: 'repeated', ...shown };
      }
      case 'another request':
        if (!mayJoin) throw inProgressError(latestEndMs(state, run, memo));
        if (!isCodeOf(memo, run.workflowId, customCode))
          throw new VerificationError({ code: 'invalid_request' }, OTHER_CODE);
        return { outcome: 'joined', ...shown };
    }
  };

  /** A request that joins needs the state: it must not take a pending verification for one whose message is in flight. */
  function readState(id: VerificationId, isRequired: boolean): Promise<VerificationState | undefined> {
    return isRequired ? states.read(id) : states.readWithin(id, STATE_TIMEOUT_MS);
  }

  /** Whether the caller has chosen no code, or the code that was chosen for the open verification. */
  function isCodeOf(
    { nonce, codeTag }: VerificationMemo,
    workflowId: string,
    customCode: string | undefined,
  ): boolean {
    if (customCode === undefined) return true;
    return codeTag !== undefined && deriveTags(keyRing, { workflowId, nonce }, customCode).includes(codeTag);
  }
}

/** Which request started the run with this memo. `this request`: Temporal started the run, but its answer was lost. */
function starterOf(
  { nonce, idempotencyDigest }: VerificationMemo,
  own: JoiningRequest['memo'],
): 'this request' | 'the same key' | 'another request' {
  if (nonce === own.nonce) return 'this request';
  const hasSameKey = idempotencyDigest !== undefined && idempotencyDigest === own.idempotencyDigest;
  return hasSameKey ? 'the same key' : 'another request';
}

function isWindowOver({ expiresAt }: VerificationState): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
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
