import { WorkflowNotFoundError } from '@temporalio/client';
import { createNonce } from '../crypto/code';
import type { Digests } from '../crypto/digest';
import { VerificationError, type Refusal } from '../domain/refusals';
import {
  attemptsAllowed,
  cooldownRefusal,
  emptyLedger,
  lockRefusal,
  numberLimitRefusal,
} from '../domain/ledger';
import { MAX_LEDGER_AGE_MS, MIN_UNSUCCESSFUL_RUN_MS } from '../domain/policy';
import type { Ledger } from '../domain/types';
import type { Tenant } from '../tenants/tenant';
import { TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';
import { createJoin, inProgress, type Run, type StartOutcome } from './join';
import { createOpenRun, type OpenRunDependencies } from './open-run';
import type { RunStates } from './run-states';
import { createStartQueue } from './start-queue';
import { initialState, parseMemo, type VerificationMemo } from './stored-data';
import { workflowIdFor } from './ids';
import { unavailable, type WorkflowCalls } from './workflow-calls';

export interface StartRequest {
  readonly tenant: Pick<Tenant, 'id' | 'policy' | 'cooldownSeconds'>;
  /** E.164. */
  readonly phoneNumber: string;
  /** The number as it may be shown to operators. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The fixed code of a test number, which gets no message and does not cool down. */
  readonly testCode: string | undefined;
  /** The end user's: a repeat of the request must have the same. It is kept as a digest only. */
  readonly clientIp: string | undefined;
  /** Counts the request. Called once, before anything else is done. What it throws is thrown. */
  readonly countRequest: () => Promise<void>;
  /** Reserves the message. Called once, when nothing else is in its way. What it throws is thrown. */
  readonly reserveMessage: () => Promise<Reservation>;
}

/** What was counted before it happens. */
export interface Reservation {
  /** Takes the count back: it did not happen. */
  cancel(): Promise<void>;
}

/** Who asks, so that one caller's Idempotency-Key never meets another's. */
export interface Idempotency {
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}

export interface StartDependencies extends OpenRunDependencies {
  readonly digests: Digests;
}

export type Started = Extract<StartOutcome, { readonly state: unknown }>;

/** How long a start waits for a run in its way that is decided and about to close. */
const CLOSING_LIMIT_MS = MIN_UNSUCCESSFUL_RUN_MS + 1_000;

/** One request's try, which may take several turns. */
interface Attempt {
  readonly request: StartRequest;
  readonly workflowId: string;
  readonly memo: Omit<VerificationMemo, 'policy' | 'ledger'>;
  reservation: Reservation | undefined;
  /** Whether Temporal may have started it without telling. */
  uncertain: boolean;
}

export function createStart(dependencies: StartDependencies, calls: WorkflowCalls, states: RunStates) {
  const { client, digests } = dependencies;
  const openRun = createOpenRun(dependencies);
  const inTurn = createStartQueue();
  const join = createJoin(states);

  /**
   * @throws VerificationError `verification_in_progress`, `phone_number_cooling_down`, `rate_limited`,
   * `idempotency_key_reused`, `temporal_unavailable`, and what `countRequest` and `reserveMessage` throw
   */
  return async function start(request: StartRequest & Idempotency): Promise<Started> {
    const attempt = newAttempt(request);
    const { workflowId } = attempt;
    const giveUpAt = Date.now() + CLOSING_LIMIT_MS;
    try {
      let result = await inTurn(workflowId, async () => {
        await request.countRequest();
        return startOrJoin(attempt);
      });
      while (result.outcome === 'closing') {
        const leftMs = giveUpAt - Date.now();
        if (leftMs <= 0 || !states.mayWait(result.id)) throw inProgress(Date.now());
        await states.waitForEnd(result.id, leftMs);
        result = await inTurn(workflowId, () => startOrJoin(attempt));
      }
      if (result.outcome !== 'started') await attempt.reservation?.cancel();
      return result;
    } catch (error) {
      if (!attempt.uncertain) await attempt.reservation?.cancel();
      throw error;
    }
  };

  function newAttempt(request: StartRequest & Idempotency): Attempt {
    const { tenant, phoneNumber, caller, idempotencyKey, clientIp } = request;
    return {
      request,
      workflowId: workflowIdFor(digests.phoneNumber(tenant.id, phoneNumber)),
      memo: {
        tenantId: tenant.id,
        nonce: createNonce(),
        phoneNumber,
        createdAt: new Date().toISOString(),
        ...(idempotencyKey !== undefined && {
          idempotencyDigest: digests.idempotencyKey('start', caller, idempotencyKey),
          requestDigest: digests.fields({ clientIp }),
        }),
      },
      reservation: undefined,
      uncertain: false,
    };
  }

  /** A start counts only within MAX_LEDGER_AGE_MS of reading the ledger; one that took longer is tried again. */
  async function startOrJoin(attempt: Attempt): Promise<StartOutcome> {
    const { request, workflowId } = attempt;
    const giveUpAt = Date.now() + TEMPORAL_TIMEOUT_MS;
    for (;;) {
      const lookedAt = Date.now();
      const last = await lastRun(workflowId);
      // Also a run of ours that Temporal did not tell of in time, be it closed by now.
      if (last && (last.status.name === 'RUNNING' || parseMemo(last.memo).nonce === attempt.memo.nonce))
        return join(last, attempt.memo);
      const ledger = last ? await ledgerOf(last) : emptyLedger;
      if (lookedAt >= giveUpAt) throw unavailable('temporal_unavailable');
      const refusal = startRefusal(request, ledger);
      if (refusal) throw new VerificationError(refusal);
      attempt.reservation ??= await request.reserveMessage();

      const { policy } = request.tenant;
      const maxAttempts = attemptsAllowed(ledger, policy.maxAttempts);
      const memo = { ...attempt.memo, policy: { ...policy, maxAttempts }, ledger };
      const opened = await openRun({ ...request, workflowId, memo }, lookedAt + MAX_LEDGER_AGE_MS);
      if (opened.outcome === 'opened') {
        const id = { tenantId: memo.tenantId, workflowId, runId: opened.runId, nonce: memo.nonce };
        return { outcome: 'started', id, state: initialState(memo) };
      }
      attempt.uncertain ||= opened.outcome === 'unknown';
    }
  }

  /** Why the number gets no verification now. */
  function startRefusal({ testCode, tenant }: StartRequest, ledger: Ledger): Refusal | undefined {
    const { cooldownSeconds, policy } = tenant;
    if (testCode !== undefined) return lockRefusal(ledger, cooldownSeconds);
    const now = Date.now();
    return (
      cooldownRefusal(ledger, cooldownSeconds, now) ??
      numberLimitRefusal(ledger.messages, policy.numberLimit, now)
    );
  }

  async function ledgerOf({ workflowId, runId }: Run): Promise<Ledger> {
    return (await states.readClosed({ workflowId, runId })).ledger;
  }

  async function lastRun(workflowId: string): Promise<Run | undefined> {
    try {
      return await calls.call(() => client.workflow.getHandle(workflowId).describe());
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}
