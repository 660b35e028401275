import {
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowFailedError,
  type Client,
} from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { isRefusal, VerificationError } from '../../domain/refusals';
import { unlessNotFound } from '../../temporal/grpc-errors';
import { isOpenStatus } from '../../temporal/run-lookup';
import { stateQuery, type VerificationResult, type VerificationState } from '../../workflows/definitions';
import { Bound } from '../bound';
import { createPayloadDecoder } from './payload-decoder';
import { SharedReads } from './shared-reads';
import { SharedWaits } from './shared-waits';
import { assumedResult, parseMemo, parseResult } from '../stored-data';
import type { VerificationId } from '../ids';
import { retryWhile, notFoundOr, unavailable, unavailableOr, type WorkflowCalls } from '../workflow-calls';
import { withNewSignals } from './with-new-signals';

const { EventType, HistoryEventFilterType } = temporal.api.enums.v1;

/** Workers answer queries, and they also have to send messages and judge codes. */
const QUERIES = { name: 'queries', maxRunning: 50, maxAccepted: 500, maxWaitMs: 3_000 };
/**
 * For how many runs' ends this process may wait. Each wait is a long poll. By default, a Temporal frontend allows 1,200
 * for each namespace, including those of the workers.
 */
const MAX_WAITS = 400;
/** A long poll takes 20 s. So a signal has fewer than the ten listeners with which Node does not warn. */
const SIGNAL_LIFETIME_MS = 120_000;

/** Why a verification can't be read, for logs. */
const RUN_IS_PAUSED = 'the workflow run is paused (temporal workflow unpause)';

export type RunStates = ReturnType<typeof createRunStates>;

/** Reads the states of runs. An open run answers a query, which needs a worker. A closed run has a result. */
export function createRunStates(client: Client, { call, callWorker, handleOf }: WorkflowCalls) {
  const reads = new SharedReads<VerificationState>();
  const queries = new Bound(QUERIES);
  const decode = createPayloadDecoder(client);
  const waits = new SharedWaits<VerificationResult>(MAX_WAITS);

  /**
   * @throws VerificationError `not_found`, also for a wrong nonce or another tenant's run; `worker_unavailable`,
   * `temporal_unavailable`
   */
  async function read(id: VerificationId): Promise<VerificationState> {
    return requireMatch(id, await reads.read(keyOf(id), () => readOpenOrClosed(id)));
  }

  /** A closed run is read even while there are too many queries: its result needs no worker. */
  async function readOpenOrClosed(id: VerificationId): Promise<VerificationState> {
    try {
      return await queries.run(() => query(id));
    } catch (error) {
      if (!isTooMany(error) || (await isOpen(id))) throw error;
      return readClosed(id);
    }
  }

  async function isOpen(id: VerificationId): Promise<boolean> {
    const { status } = await describe(id);
    return isOpenStatus(status.code);
  }

  async function describe(id: Pick<VerificationId, 'workflowId' | 'runId'>) {
    try {
      return await call(() => handleOf(id).describe());
    } catch (error) {
      throw notFoundOr(error);
    }
  }

  async function query(id: VerificationId): Promise<VerificationState> {
    try {
      const execute = () => handleOf(id).query(stateQuery);
      return await callWorker(() => retryWhile(isNotYetRegistered, execute));
    } catch (error) {
      if (error instanceof QueryRejectedError && !isOpenStatus(error.status)) return readClosed(id);
      if (error instanceof QueryRejectedError) throw unavailable('worker_unavailable', RUN_IS_PAUSED);
      throw isNotYetRegistered(error) ? unavailable('worker_unavailable') : notFoundOr(error);
    }
  }

  /**
   * The result of a closed run. If it has none, the result is computed from its memo.
   * @throws VerificationError `not_found` if Temporal has deleted the run; `temporal_unavailable`
   */
  async function readClosed(id: Pick<VerificationId, 'workflowId' | 'runId'>): Promise<VerificationResult> {
    const { workflowId, runId } = id;
    // The SDK's handle.result() would use a long poll, and Temporal limits those.
    const request = {
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      historyEventFilterType: HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    };
    const answer = await call(() =>
      unlessNotFound(() => client.workflowService.getWorkflowExecutionHistory(request)),
    );
    if (!answer) throw new VerificationError({ code: 'not_found' });
    const closeEvent = answer.history?.events?.[0];
    const payload = closeEvent?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0];
    if (payload) return parseResult(await decode(payload, workflowId));
    const { memo, closeTime } = await describe(id);
    const timedOut = closeEvent?.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT;
    return assumedResult(parseMemo(memo), timedOut ? 'expired' : 'canceled', closeTime ?? new Date());
  }

  return {
    read,
    readClosed,

    /**
     * As `read`, but undefined if no worker answered in time, or if there are too many queries to ask one. `bound`: of
     * reads of one kind. A read stays in it until it ends, also after `timeoutMs`.
     */
    async readWithin(
      id: VerificationId,
      timeoutMs: number,
      bound?: Bound,
    ): Promise<VerificationState | undefined> {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), timeoutMs);
      });
      try {
        return await Promise.race([bound ? bound.run(() => read(id)) : read(id), late]);
      } catch (error) {
        if (isNotAnswered(error)) return undefined;
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },

    /** Resolves when no read runs any more: a query goes on for a few seconds after `readWithin` gave it up. */
    idle: () => reads.idle(),

    /** Whether one more caller may wait for the end of this run. */
    mayWait: (id: VerificationId) => waits.mayWait(keyOf(id)),

    /** The run's result. Undefined if it has none, or if it is still open after `waitMs` or when the signal aborts. */
    async waitForEnd(id: VerificationId, waitMs: number, signal?: AbortSignal) {
      try {
        // Uses no deadline: close to it, the server answers at once without a result, and the SDK polls in a loop.
        const poll = (stopped: AbortSignal) =>
          client.withAbortSignal(stopped, async () => parseResult(await handleOf(id).result()));
        const wait = (stopped: AbortSignal) => withNewSignals(stopped, SIGNAL_LIFETIME_MS, poll);
        return await waits.wait(keyOf(id), wait, waitMs, signal);
      } catch (error) {
        if (error instanceof WorkflowFailedError) return undefined;
        throw notFoundOr(unavailableOr(error));
      }
    },
  };
}

/** Whether the error is that of a Bound. */
function isTooMany(error: unknown): boolean {
  return isRefusal(error, 'temporal_unavailable') && error.refusal.limit !== undefined;
}

function isNotAnswered(error: unknown): boolean {
  return isTooMany(error) || isRefusal(error, 'worker_unavailable');
}

function keyOf({ workflowId, runId }: VerificationId): string {
  return `${workflowId}/${runId}`;
}

/** Whether a query failed because the run's first workflow task, which registers the handlers, is not complete. */
function isNotYetRegistered(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError;
}

/** @throws VerificationError `not_found` if the nonce or the tenant of the id is not the run's */
export function requireMatch<Run extends { readonly nonce: string; readonly tenantId: string }>(
  id: VerificationId,
  run: Run,
): Run {
  const hasSameTenant = id.tenantId === undefined || id.tenantId === run.tenantId;
  if (run.nonce !== id.nonce || !hasSameTenant) throw new VerificationError({ code: 'not_found' });
  return run;
}
