import { setTimeout } from 'node:timers/promises';
import { createNonce, deriveTag } from '../crypto/code';
import type { Digests } from '../crypto/digest';
import { VerificationError, type Refusal } from '../domain/refusals';
import {
  attemptsAllowed,
  cooldownRefusal,
  emptyLedger,
  lockRefusal,
  numberLimitRefusal,
} from '../domain/ledger';
import { attemptsUsedUpRefusal, MAX_LEDGER_AGE_MS, MIN_UNVERIFIED_RUN_MS } from '../domain/policy';
import type { Ledger, Policy, WordingChoice } from '../domain/types';
import type { Tenant } from '../tenants/tenant';
import { TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';
import { createJoin, inProgressError, type FoundRun, type StartOutcome } from './join';
import { createOpenRun, type OpenRunDependencies } from './open-run';
import { requestDigest } from './request-digest';
import type { RunStates } from './run-states';
import { createStartQueue } from './start-queue';
import { initialState, parseMemo, type VerificationMemo } from './stored-data';
import { workflowIdFor } from './ids';
import { unavailable, type WorkflowCalls } from './workflow-calls';

export interface StartRequest {
  readonly tenant: Pick<Tenant, 'id' | 'policy' | 'cooldownSeconds'>;
  /** E.164. */
  readonly phoneNumber: string;
  /** The form that operators may see. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The fixed code of a test number, which gets no message and has no cool-down. */
  readonly testCode: string | undefined;
  /** A code that the caller has chosen. It is not stored. */
  readonly customCode?: string | undefined;
  /** What the request chose for the text of its messages. */
  readonly wording?: WordingChoice | undefined;
  /** Whether an open verification of the number is returned. Otherwise it is `verification_in_progress`. */
  readonly mayJoin?: boolean;
  /** The end user's IP address. A repeat of the request must have the same. Only its digest is stored. */
  readonly clientIp: string | undefined;
  /** Counts the request. `start` calls it once, before anything else, and passes its errors on. */
  readonly countRequest: () => Promise<void>;
  /** Reserves the message. `start` calls it at most once, after all other checks, and passes its errors on. */
  readonly reserveMessage: () => Promise<Reservation>;
}

/** A message that was counted before it is sent. */
export interface Reservation {
  /** Takes the count back, because the message is not sent. */
  cancel(): Promise<void>;
}

/** An Idempotency-Key counts only for its own caller: two callers may use the same key. */
export interface Idempotency {
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

export interface StartDependencies extends OpenRunDependencies {
  readonly digests: Digests;
}

export type Started = Extract<StartOutcome, { readonly state: unknown }>;

/** How long a start waits for an open run that has ended and is about to close. */
const CLOSING_TIMEOUT_MS = MIN_UNVERIFIED_RUN_MS + 1_000;

/** Before the next try of a start that another one overtook, or that Temporal did not answer. */
const RETRY_PAUSE_MS = 20;

/** One start request, which may need several turns in the queue. */
interface StartJob {
  readonly request: StartRequest;
  readonly workflowId: string;
  readonly memo: Omit<VerificationMemo, 'policy' | 'ledger'>;
  reservation: Reservation | undefined;
  /** Whether Temporal may have started the run although it did not answer. */
  mayHaveStarted: boolean;
}

export function createStart(dependencies: StartDependencies, calls: WorkflowCalls, states: RunStates) {
  const { digests, keyRing } = dependencies;
  const openRun = createOpenRun(dependencies);
  const runInTurn = createStartQueue();
  const join = createJoin(states, keyRing);

  /**
   * @throws VerificationError `verification_in_progress`, `phone_number_cooling_down`, `rate_limited`,
   * `idempotency_key_reused`, `temporal_unavailable`; with `mayJoin` also `verification_ended` and `invalid_request`
   * (see join.ts); and what `countRequest` and `reserveMessage` throw
   */
  return async function start(request: StartRequest & Idempotency): Promise<Started> {
    const job = newJob(request);
    const { workflowId } = job;
    const closingDeadline = Date.now() + CLOSING_TIMEOUT_MS;
    try {
      let found = await runInTurn(workflowId, async () => {
        await request.countRequest();
        return startOrFind(job);
      });
      // Outside the queue: so many requests share one query of the run's state.
      let result = await join(found, job);
      while (result.outcome === 'closing') {
        const leftMs = closingDeadline - Date.now();
        if (leftMs <= 0 || !states.mayWait(result.id)) throw inProgressError(Date.now());
        await states.waitForEnd(result.id, leftMs);
        found = await runInTurn(workflowId, () => startOrFind(job));
        result = await join(found, job);
      }
      if (result.outcome !== 'started') await job.reservation?.cancel();
      return result;
    } catch (error) {
      if (!job.mayHaveStarted) await job.reservation?.cancel();
      throw error;
    }
  };

  function newJob(request: StartRequest & Idempotency): StartJob {
    const { tenant, phoneNumber, caller, idempotencyKey, clientIp, customCode, wording } = request;
    const workflowId = workflowIdFor(digests.phoneNumber(tenant.id, phoneNumber));
    const nonce = createNonce();
    return {
      request,
      workflowId,
      memo: {
        tenantId: tenant.id,
        nonce,
        phoneNumber,
        createdAt: new Date().toISOString(),
        ...(customCode !== undefined && {
          codeTag: deriveTag(keyRing.first, { workflowId, nonce }, customCode),
        }),
        ...(idempotencyKey !== undefined && {
          idempotencyDigest: digests.idempotencyKey('start', caller, idempotencyKey),
          requestDigest: requestDigest(digests, { clientIp, wording }),
        }),
      },
      reservation: undefined,
      mayHaveStarted: false,
    };
  }

  /**
   * Finds the open run of the number or starts a new one. Temporal must start it within MAX_LEDGER_AGE_MS after the
   * ledger was read: otherwise this reads the ledger again and retries.
   */
  async function startOrFind(job: StartJob): Promise<StartOutcome | FoundRun> {
    const { request, workflowId } = job;
    const deadline = Date.now() + TEMPORAL_TIMEOUT_MS;
    for (;;) {
      const readAt = Date.now();
      const last = await calls.describeLatest(workflowId);
      // The second case is a run that this request started although Temporal did not answer. It may be closed already.
      if (last && (last.status.name === 'RUNNING' || parseMemo(last.memo).nonce === job.memo.nonce))
        return { outcome: 'found', run: last };
      const result = last && (await states.readClosed(last));
      const ledger = result?.ledger ?? emptyLedger;
      if (readAt >= deadline) throw unavailable('temporal_unavailable');
      const usedUp = request.mayJoin && result ? attemptsUsedUpRefusal(result, Date.now()) : undefined;
      const refusal = usedUp ?? startRefusal(request, ledger);
      if (refusal) throw new VerificationError(refusal);
      job.reservation ??= await request.reserveMessage();

      const memo = { ...job.memo, policy: policyOf(request, ledger), ledger };
      const opened = await openRun({ ...request, workflowId, memo }, readAt + MAX_LEDGER_AGE_MS);
      if (opened.outcome === 'opened') {
        const id = { tenantId: memo.tenantId, workflowId, runId: opened.runId, nonce: memo.nonce };
        return { outcome: 'started', id, state: initialState(memo) };
      }
      job.mayHaveStarted ||= opened.outcome === 'unknown';
      await setTimeout(RETRY_PAUSE_MS);
    }
  }

  /** The rules of the new verification. */
  function policyOf({ tenant: { policy }, testCode, customCode }: StartRequest, ledger: Ledger): Policy {
    const codeLength = testCode === undefined ? customCode?.length : undefined;
    return {
      ...policy,
      codeLength: codeLength ?? policy.codeLength,
      maxAttempts: attemptsAllowed(ledger, policy.maxAttempts),
    };
  }

  /** Returns a refusal if the number gets no verification now. */
  function startRefusal({ testCode, tenant }: StartRequest, ledger: Ledger): Refusal | undefined {
    const { cooldownSeconds, policy } = tenant;
    if (testCode !== undefined) return lockRefusal(ledger, cooldownSeconds);
    const now = Date.now();
    return (
      cooldownRefusal(ledger, cooldownSeconds, now) ??
      numberLimitRefusal(ledger.messages, policy.numberLimit, now)
    );
  }
}
