import type { Client } from '@temporalio/client';
import { VerificationError } from '../domain/refusals';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { VerificationState } from '../workflows/messages';
import type { RunStates } from './run-states';
import { initialState, parseMemo, type VerificationMemo } from './stored-data';
import type { VerificationId } from './ids';

export type Run = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>;

/** What a start comes to. `closing`: the run in the way is decided, and closes within MIN_UNSUCCESSFUL_RUN_MS. */
export type StartOutcome =
  | { readonly outcome: 'started' | 'joined'; readonly id: VerificationId; readonly state: VerificationState }
  | { readonly outcome: 'closing'; readonly id: VerificationId };

/** Up to the first workflow task's start a run has three events: the run has done nothing yet. */
const EVENTS_BEFORE_FIRST_TASK_ENDED = 3;
/** A refused start says when to try again: more exactly if the run in the way answers within this time. */
const QUICK_LOOK_MS = 500;

/** Resolves a start that found an open run: a repeat of the same request returns it; any other request gets 409. */
export function createJoin(states: RunStates) {
  /** @throws VerificationError `verification_in_progress`, `idempotency_key_reused` */
  return async function join(
    run: Run,
    asked: Pick<VerificationMemo, 'nonce' | 'idempotencyDigest' | 'requestDigest'>,
  ): Promise<StartOutcome> {
    const memo = parseMemo(run.memo);
    const { tenantId, nonce } = memo;
    const id = { tenantId, workflowId: run.workflowId, runId: run.runId, nonce };
    const idle = run.historyLength <= EVENTS_BEFORE_FIRST_TASK_ENDED;
    const state = idle ? undefined : await states.readWithin(id, QUICK_LOOK_MS);
    const started = memo.nonce === asked.nonce;
    const { idempotencyDigest, requestDigest } = memo;
    if (started || (asked.idempotencyDigest !== undefined && asked.idempotencyDigest === idempotencyDigest)) {
      const isRepeat = requestDigest === undefined || requestDigest === asked.requestDigest;
      if (!isRepeat) throw new VerificationError({ code: 'idempotency_key_reused' });
      // While no worker answers, what was true at the start has to do: a repeat is answered all the same.
      return { outcome: started ? 'started' : 'joined', id, state: state ?? initialState(memo) };
    }
    if (state?.endedAt) return { outcome: 'closing', id };
    throw inProgress(latestEnd(state, run, memo));
  };
}

/** `endsAt`: epoch milliseconds. */
export function inProgress(endsAt: number): VerificationError {
  const retryAfterSeconds = Math.max(1, Math.ceil((endsAt - Date.now()) / 1000));
  return new VerificationError({ code: 'verification_in_progress', retryAfterSeconds });
}

/** When its window closes at the latest. */
function latestEnd(
  state: VerificationState | undefined,
  { startTime }: Run,
  { policy }: VerificationMemo,
): number {
  if (state?.expiresAt) return Date.parse(state.expiresAt);
  return startTime.getTime() + SEND_DEADLINE_MS + policy.windowMs;
}
