import { setTimeout } from 'node:timers/promises';
import {
  attemptsAllowed,
  cooldownRefusal,
  emptyLedger,
  lockRefusal,
  numberLimitRefusal,
} from '../../domain/ledger';
import { attemptsUsedUpRefusal, MAX_LEDGER_AGE_MS } from '../../domain/policy';
import { isRefusal, VerificationError, type Refusal } from '../../domain/refusals';
import type { Ledger, Policy } from '../../domain/types';
import { TEMPORAL_TIMEOUT_MS } from '../../temporal/grpc-errors';
import { isOpenStatus } from '../../temporal/run-lookup';
import type { VerificationResult } from '../../workflows/definitions';
import type { FoundRun, StartOutcome } from './join';
import { createStartRun, type StartRunDependencies } from './start-run';
import { RecentKeys } from '../recent-keys';
import type { RunStates } from '../state/run-states';
import type { Reservation, StartRequest } from './start-request';
import { initialState, parseMemo, type VerificationMemo } from '../stored-data';
import { unavailable, type Run, type WorkflowCalls } from '../workflow-calls';

/** One start request, which may need several turns in the queue. */
export interface StartJob {
  readonly request: StartRequest;
  readonly workflowId: string;
  readonly memo: Omit<VerificationMemo, 'policy' | 'ledger'>;
  reservation: Reservation | undefined;
  /** Whether Temporal may have started the run although it did not answer. */
  mayHaveStarted: boolean;
}

/** Before the next try of a start that another one overtook, or that Temporal did not answer, or after a deleted run. */
const RETRY_PAUSE_MS = 20;

/** The first try for any other number assumes that Temporal has no run. If that is wrong, it costs one more call. */
const MAX_KNOWN_NUMBERS = 20_000;

export function createStartOrFind(
  dependencies: StartRunDependencies,
  calls: WorkflowCalls,
  states: RunStates,
) {
  const startRun = createStartRun(dependencies);
  /** The workflow IDs for which this process has tried to start a first run. */
  const known = new RecentKeys(MAX_KNOWN_NUMBERS);
  /**
   * Whether Temporal did not answer the last start. Then the next one begins with the number's last run. If Temporal
   * does not answer that either, no message is reserved: otherwise an outage would use up the budgets.
   */
  let isUnanswered = false;

  /** Finds the open run of the number or starts a new one. */
  return async function startOrFind(job: StartJob): Promise<StartOutcome | FoundRun> {
    return (await startFirst(job)) ?? startNext(job);
  };

  /**
   * Starts the number's first run. It needs no ledger: an empty one refuses nothing. Undefined if the number has a run
   * or may have one, if Temporal may be unreachable, and if the message can't be reserved: then `startNext` decides,
   * since the request may be a repeat.
   */
  async function startFirst(job: StartJob): Promise<StartOutcome | undefined> {
    const { request, workflowId } = job;
    if (isUnanswered || known.has(workflowId)) return undefined;
    known.add(workflowId);
    try {
      job.reservation = await request.reserveMessage();
    } catch {
      return undefined;
    }
    return startWith(job, emptyLedger, MAX_LEDGER_AGE_MS, true);
  }

  /**
   * Finds the open run of the number or starts a new one. Temporal must start it within MAX_LEDGER_AGE_MS after the
   * ledger was read: otherwise this reads the ledger again and retries. The system's clock can be set back meanwhile, so
   * the age is measured by `performance.now()`.
   */
  async function startNext(job: StartJob): Promise<StartOutcome | FoundRun> {
    const { request, workflowId } = job;
    const deadline = performance.now() + TEMPORAL_TIMEOUT_MS;
    for (;;) {
      const readAt = performance.now();
      const last = await calls.describeLatest(workflowId);
      // The second case is a run that this request started although Temporal did not answer. It may be closed already.
      if (last && (isOpenStatus(last.status.code) || parseMemo(last.memo).nonce === job.memo.nonce))
        return { outcome: 'found', run: last };
      const result = last && (await resultOf(last));
      const ledger = result?.ledger ?? emptyLedger;
      if (readAt >= deadline) throw unavailable('temporal_unavailable');
      if (last && !result) {
        await setTimeout(RETRY_PAUSE_MS);
        continue;
      }
      const usedUp = request.mayJoin && result ? attemptsUsedUpRefusal(result, Date.now()) : undefined;
      const refusal = usedUp ?? startRefusal(request, ledger);
      if (refusal) throw new VerificationError(refusal);
      job.reservation ??= await request.reserveMessage();

      const started = await startWith(job, ledger, readAt + MAX_LEDGER_AGE_MS - performance.now());
      if (started) return started;
      await setTimeout(RETRY_PAUSE_MS);
    }
  }

  /** Undefined if Temporal has deleted the run meanwhile. Only the next `describeLatest` shows whether that is true. */
  async function resultOf(run: Run): Promise<VerificationResult | undefined> {
    try {
      return await states.readClosed(run);
    } catch (error) {
      if (isRefusal(error, 'not_found')) return undefined;
      throw error;
    }
  }

  /** Undefined if the number has a run, or may have one. `timeoutMs`: as in `startRun`. */
  async function startWith(
    job: StartJob,
    ledger: Ledger,
    timeoutMs: number,
    onlyIfNew = false,
  ): Promise<StartOutcome | undefined> {
    const { request, workflowId } = job;
    const memo = { ...job.memo, policy: policyOf(request, ledger), ledger };
    const started = await startRun({ ...request, workflowId, memo, onlyIfNew }, timeoutMs);
    isUnanswered = started.outcome === 'unknown';
    job.mayHaveStarted ||= isUnanswered;
    if (started.outcome !== 'started') return undefined;
    const id = { tenantId: memo.tenantId, workflowId, runId: started.runId, nonce: memo.nonce };
    return { outcome: 'started', id, state: initialState(memo) };
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
