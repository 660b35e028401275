import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { createNonce, deriveCode, deriveTag } from '../crypto/code';
import type { Digests } from '../crypto/digest';
import type { KeyRing } from '../crypto/key-ring';
import { VerificationError } from '../domain/errors';
import { SEND_DEADLINE_MS, type Policy } from '../domain/policy';
import type { VerificationInput } from '../domain/types';
import { PHONE_VERIFICATION, type VerificationState } from '../workflows/messages';
import { parseMemo, type VerificationMemo } from './memo';
import type { Runs } from './runs';
import { workflowIdFor } from './verification-id';

export interface StartRequest {
  /** E.164. */
  readonly phoneNumber: string;
  /** The number as it may be shown to operators. */
  readonly maskedPhoneNumber: string;
}

/** Who asks, so that one caller's Idempotency-Key never meets another's. */
export interface Idempotency {
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

export interface StarterDependencies {
  readonly client: Client;
  readonly taskQueue: string;
  readonly keyRing: KeyRing;
  readonly digests: Digests;
  readonly policy: Policy;
}

interface Started {
  readonly created: boolean;
  readonly workflowId: string;
  readonly runId: string;
  readonly state: VerificationState;
}

/** How long a workflow task may be away before another worker gets it: a person is waiting. */
const WORKFLOW_TASK_TIMEOUT = '3s';
/** Up to the first workflow task's start a run has three events: the run has done nothing yet. */
const EVENTS_BEFORE_FIRST_TASK_ENDED = 3;
/** A refused start says when to try again: more exactly if the run in the way answers within this time. */
const QUICK_LOOK_MS = 500;
/** Between a refused start and the look at what is in its way, that can end: then the start is tried again. */
const MAX_TRIES = 3;

export function createStarter(dependencies: StarterDependencies, runs: Runs) {
  const { client, taskQueue, keyRing, digests, policy } = dependencies;

  return async function start(request: StartRequest & Idempotency): Promise<Started> {
    const { phoneNumber, maskedPhoneNumber, caller, idempotencyKey } = request;
    const workflowId = workflowIdFor(digests.phoneNumber(phoneNumber));
    const nonce = createNonce();
    const keys = keyRing.first;
    const tag = deriveTag(keys, nonce, deriveCode(keys, nonce, policy.codeLength));
    const createdAt = new Date().toISOString();
    const input: VerificationInput = { phoneNumber, nonce, keyId: keys.id, tag, policy, createdAt };
    const starter =
      idempotencyKey === undefined ? undefined : digests.idempotencyKey('start', caller, idempotencyKey);
    const memo: VerificationMemo = { nonce, phoneNumber, createdAt, starter };

    for (let tries = 0; tries < MAX_TRIES; tries++) {
      try {
        const handle = await runs.call(() =>
          client.workflow.start(PHONE_VERIFICATION, {
            workflowId,
            taskQueue,
            args: [input],
            memo: { ...memo },
            workflowIdConflictPolicy: 'FAIL',
            workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
            staticSummary: `Verify ${maskedPhoneNumber}`,
          }),
        );
        return { created: true, workflowId, runId: handle.firstExecutionRunId, state: initialState(memo) };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const existing = await findOpen(workflowId, starter);
      if (existing) return existing;
    }
    throw new VerificationError({ code: 'verification_in_progress', retryAfterSeconds: 1 });
  };

  /** The verification in the way if it is this starter's own; undefined if it has ended meanwhile. */
  async function findOpen(workflowId: string, starter: string | undefined): Promise<Started | undefined> {
    const run = await runs.call(() => client.workflow.getHandle(workflowId).describe());
    if (run.status.name !== 'RUNNING') return undefined;
    const memo = parseMemo(run.memo);
    const id = { workflowId, runId: run.runId, nonce: memo.nonce };
    const idle = run.historyLength <= EVENTS_BEFORE_FIRST_TASK_ENDED;
    if (starter === undefined || starter !== memo.starter) {
      const state = idle ? undefined : await runs.readWithin(id, QUICK_LOOK_MS);
      throw new VerificationError({
        code: 'verification_in_progress',
        retryAfterSeconds: retryAfterSeconds(state, run.startTime.getTime()),
      });
    }
    return {
      created: false,
      workflowId,
      runId: run.runId,
      state: idle ? initialState(memo) : await runs.read(id),
    };
  }

  /** Until the window closes at the latest; 1 s for one that is decided and about to close. */
  function retryAfterSeconds(state: VerificationState | undefined, startedAt: number): number {
    if (state?.endedAt) return 1;
    const end = state?.expiresAt
      ? Date.parse(state.expiresAt)
      : startedAt + SEND_DEADLINE_MS + policy.windowMs;
    return Math.max(1, Math.ceil((end - Date.now()) / 1000));
  }

  function initialState({ nonce, phoneNumber, createdAt }: VerificationMemo): VerificationState {
    return {
      nonce,
      phoneNumber,
      status: 'sending',
      attemptsRemaining: policy.maxAttempts,
      createdAt,
      expiresAt: null,
      endedAt: null,
      error: null,
      updatedAt: createdAt,
      cancelReason: null,
      textInFlightSince: null,
    };
  }
}
