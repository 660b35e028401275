import type { Client } from '@temporalio/client';
import { VerificationError } from '../domain/errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { Policy } from '../domain/types';
import type { VerificationState } from '../workflows/messages';
import { parseMemo, type VerificationMemo } from './memo';
import type { Runs } from './runs';
import type { VerificationId } from './verification-id';

export interface Started {
  readonly created: boolean;
  readonly workflowId: string;
  readonly runId: string;
  readonly state: VerificationState;
}

export type Run = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['describe']>>;

/** Up to the first workflow task's start a run has three events: the run has done nothing yet. */
const EVENTS_BEFORE_FIRST_TASK_ENDED = 3;
/** A refused start says when to try again: more exactly if the run in the way answers within this time. */
const QUICK_LOOK_MS = 500;

/** What a start meets that finds a verification under way: the caller's own is given back, another's is not even named. */
export function createJoin(policy: Policy, runs: Runs) {
  return async function join(
    run: Run,
    asked: Pick<VerificationMemo, 'nonce' | 'starter' | 'fields'>,
  ): Promise<Started> {
    const memo = parseMemo(run.memo);
    const { workflowId, runId } = run;
    const id = { workflowId, runId, nonce: memo.nonce };
    const idle = run.historyLength <= EVENTS_BEFORE_FIRST_TASK_ENDED;
    const created = memo.nonce === asked.nonce;
    if (created || (asked.starter !== undefined && asked.starter === memo.starter)) {
      const isRepeat = memo.fields === undefined || memo.fields === asked.fields;
      if (!isRepeat) throw new VerificationError({ code: 'idempotency_key_reused' });
      return { created, workflowId, runId, state: idle ? initialState(memo) : await readOrInitial(id, memo) };
    }
    const state = idle ? undefined : await runs.readWithin(id, QUICK_LOOK_MS);
    throw new VerificationError({
      code: 'verification_in_progress',
      retryAfterSeconds: retryAfterSeconds(state, run.startTime.getTime()),
    });
  };

  /** While no worker answers, what was true at the start has to do: a repeat is answered all the same. */
  async function readOrInitial(id: VerificationId, memo: VerificationMemo): Promise<VerificationState> {
    return (await runs.readWithin(id, QUICK_LOOK_MS)) ?? initialState(memo);
  }

  /** Until the window closes at the latest; 1 s for one that is decided and about to close. */
  function retryAfterSeconds(state: VerificationState | undefined, startedAt: number): number {
    if (state?.endedAt) return 1;
    const end = state?.expiresAt
      ? Date.parse(state.expiresAt)
      : startedAt + SEND_DEADLINE_MS + policy.windowMs;
    return Math.max(1, Math.ceil((end - Date.now()) / 1000));
  }
}

export function initialState({
  nonce,
  phoneNumber,
  createdAt,
  maxAttempts,
}: VerificationMemo): VerificationState {
  return {
    nonce,
    phoneNumber,
    status: 'sending',
    attemptsRemaining: maxAttempts,
    createdAt,
    expiresAt: null,
    endedAt: null,
    error: null,
    updatedAt: createdAt,
    cancelReason: null,
    textInFlightSince: null,
  };
}
