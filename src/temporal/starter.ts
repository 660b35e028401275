import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { createNonce, deriveCode, deriveTag } from '../crypto/code';
import type { Digests } from '../crypto/digest';
import type { KeyRing } from '../crypto/key-ring';
import { VerificationError } from '../domain/errors';
import { attemptsAllowed, coolingDown, emptyLedger, lockedOut } from '../domain/ledger';
import { MAX_LEDGER_AGE_MS } from '../domain/policy';
import type { Ledger, Policy, VerificationInput } from '../domain/types';
import { PHONE_VERIFICATION } from '../workflows/messages';
import { isNoWorker } from './failures';
import { createJoin, initialState, type Run, type Started } from './joining';
import { parseMemo, type VerificationMemo } from './memo';
import { TEMPORAL_TIMEOUT_MS, type Runs } from './runs';
import { workflowIdFor } from './verification-id';

export interface StartRequest {
  /** E.164. */
  readonly phoneNumber: string;
  /** The number as it may be shown to operators. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The fixed code of a test number, which gets no text and does not cool down. */
  readonly testCode: string | undefined;
  /** The end user's: a repeat of the request must have the same. It is kept as a digest only. */
  readonly clientIp: string | undefined;
  /** Called once, when nothing else is in the way of a text. What it throws is thrown. */
  readonly admit: () => Promise<void>;
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
  readonly cooldownSeconds: readonly number[];
}

/** How long a workflow task may be away before another worker gets it: a person is waiting. */
const WORKFLOW_TASK_TIMEOUT = '3s';

export function createStarter(dependencies: StarterDependencies, runs: Runs) {
  const { client, taskQueue, keyRing, digests, policy, cooldownSeconds } = dependencies;

  const join = createJoin(policy, runs);

  return async function start(request: StartRequest & Idempotency): Promise<Started> {
    const { phoneNumber, caller, idempotencyKey, clientIp } = request;
    const workflowId = workflowIdFor(digests.phoneNumber(phoneNumber));
    const fresh = {
      nonce: createNonce(),
      phoneNumber,
      createdAt: new Date().toISOString(),
      ...(idempotencyKey !== undefined && {
        starter: digests.idempotencyKey('start', caller, idempotencyKey),
        fields: digests.fields({ clientIp }),
      }),
    };
    let admitted = false;

    const giveUpAt = Date.now() + TEMPORAL_TIMEOUT_MS;
    while (Date.now() < giveUpAt) {
      const lookedAt = Date.now();
      const last = await lastRun(workflowId);
      if (last?.status.name === 'RUNNING') return join(last, fresh);

      const ledger = last ? await ledgerOf(last) : emptyLedger;
      const rule = request.testCode === undefined ? coolingDown : lockedOut;
      const refusal = rule(ledger, cooldownSeconds, Date.now());
      if (refusal) throw new VerificationError(refusal);
      if (!admitted) await request.admit();
      admitted = true;

      const maxAttempts = attemptsAllowed(ledger, policy.maxAttempts);
      const memo: VerificationMemo = { ...fresh, maxAttempts, ledger };
      const runId = await startBefore(lookedAt + MAX_LEDGER_AGE_MS, workflowId, memo, request);
      if (runId !== undefined) return { created: true, workflowId, runId, state: initialState(memo) };
    }
    throw new VerificationError({ code: 'temporal_unavailable', retryAfterSeconds: 1 });
  };

  async function lastRun(workflowId: string): Promise<Run | undefined> {
    try {
      return await runs.call(() => client.workflow.getHandle(workflowId).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async function ledgerOf({ workflowId, runId, memo }: Run): Promise<Ledger> {
    const { nonce } = parseMemo(memo);
    return (await runs.readClosed({ workflowId, runId, nonce })).ledger;
  }

  /** The run's id; undefined if another start was faster, or if it is not known in time whether this one came through. */
  async function startBefore(
    deadline: number,
    workflowId: string,
    memo: VerificationMemo,
    { country, testCode, maskedPhoneNumber }: StartRequest,
  ) {
    const { nonce, phoneNumber, maxAttempts, ledger, createdAt } = memo;
    const keys = keyRing.first;
    const tag = deriveTag(keys, nonce, testCode ?? deriveCode(keys, nonce, policy.codeLength));
    const testNumber = testCode !== undefined;
    const input = {
      phoneNumber,
      nonce,
      keyId: keys.id,
      tag,
      country,
      testNumber,
      ledger,
      createdAt,
      policy: { ...policy, maxAttempts },
    };
    try {
      const handle = await client.withDeadline(deadline, () =>
        client.workflow.start(PHONE_VERIFICATION, {
          workflowId,
          taskQueue,
          args: [input satisfies VerificationInput],
          memo: { ...memo },
          workflowIdConflictPolicy: 'FAIL',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          staticSummary: `Verify ${maskedPhoneNumber}`,
        }),
      );
      return handle.firstExecutionRunId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError || isNoWorker(error)) return undefined;
      throw runs.unavailableOr(error);
    }
  }
}
