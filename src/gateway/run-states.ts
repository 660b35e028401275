import {
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowFailedError,
  type Client,
} from '@temporalio/client';
import type { Payload, SerializationContext } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { VerificationError } from '../domain/refusals';
import { isServiceError } from '../temporal/grpc-errors';
import { stateQuery, type VerificationResult, type VerificationState } from '../workflows/messages';
import { Bound } from './bound';
import { SharedReads } from './shared-reads';
import { SharedWaits } from './shared-waits';
import { endedWithoutResult, parseMemo, parseResult } from './stored-data';
import type { VerificationId } from './ids';
import {
  againWhile,
  notFoundOr,
  unavailable,
  unavailableOr,
  WORKER_TIMEOUT_MS,
  type WorkflowCalls,
} from './workflow-calls';

const { EventType, HistoryEventFilterType } = temporal.api.enums.v1;

/** Each query takes time of a worker, which also sends messages and judges codes. */
const QUERIES = { name: 'queries', maxRunning: 50, maxAccepted: 500, maxWaitMs: 3_000 };
/** Runs waited for at once. A Temporal frontend takes 1,200 long polls of a namespace by default, workers' included. */
const MAX_WAITS = 400;

export type RunStates = ReturnType<typeof createRunStates>;

/** How runs stand: open ones by a query, which needs a worker, closed ones by their result, which needs none. */
export function createRunStates(client: Client, { call, handleOf }: WorkflowCalls) {
  const reads = new SharedReads<VerificationState>();
  const queries = new Bound(QUERIES);
  const waits = new SharedWaits<VerificationResult>(MAX_WAITS);

  /**
   * @throws VerificationError `not_found`, also for an id whose nonce was made up; `worker_unavailable`,
   * `temporal_unavailable`
   */
  async function read(id: VerificationId): Promise<VerificationState> {
    return own(id, await reads.read(keyOf(id), () => readOpenOrClosed(id)));
  }

  /** A closed run is read even while there are too many queries: its result needs no worker. */
  async function readOpenOrClosed(id: VerificationId): Promise<VerificationState> {
    try {
      return await queries.run(() => query(id));
    } catch (error) {
      const tooMany = error instanceof VerificationError && error.refusal.limit === QUERIES.name;
      if (!tooMany || (await isOpen(id))) throw error;
      return readClosed(id);
    }
  }

  async function isOpen(id: VerificationId): Promise<boolean> {
    try {
      const { status } = await call(() => handleOf(id).describe());
      return status.name === 'RUNNING';
    } catch (error) {
      throw notFoundOr(error);
    }
  }

  async function query(id: VerificationId): Promise<VerificationState> {
    try {
      const execute = () => handleOf(id).query(stateQuery);
      return await call(() => againWhile(isNotYetRegistered, execute), WORKER_TIMEOUT_MS, true);
    } catch (error) {
      if (error instanceof QueryRejectedError) return readClosed(id);
      throw isNotYetRegistered(error) ? unavailable('worker_unavailable') : notFoundOr(error);
    }
  }

  /** The result of a run that is closed; if it was closed without one, what its memo tells. */
  async function readClosed(id: Pick<VerificationId, 'workflowId' | 'runId'>): Promise<VerificationResult> {
    const { workflowId, runId } = id;
    // Not by the handle's result(): that is a long poll, of which Temporal takes only so many.
    const { history } = await call(() =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, runId },
        historyEventFilterType: HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
      }),
    );
    const closing = history?.events?.[0];
    const payload = closing?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0];
    if (payload) return parseResult(await decode(payload, workflowId));
    const { memo, closeTime } = await call(() => handleOf(id).describe());
    const timedOut = closing?.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT;
    return endedWithoutResult(parseMemo(memo), timedOut ? 'expired' : 'canceled', closeTime ?? new Date());
  }

  async function decode(payload: Payload, workflowId: string): Promise<unknown> {
    const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
    const { namespace } = client.options;
    const context: SerializationContext = { type: 'workflow', namespace, workflowId };
    let payloads = [payload];
    for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
    return payloads[0] && payloadConverter.fromPayload(payloads[0], context);
  }

  return {
    read,
    readClosed,

    /** As `read`, but undefined if no worker answered in time. */
    async readWithin(id: VerificationId, timeoutMs: number): Promise<VerificationState | undefined> {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), timeoutMs);
      });
      try {
        return await Promise.race([read(id), late]);
      } catch (error) {
        if (error instanceof VerificationError && error.code === 'worker_unavailable') return undefined;
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },

    /** Whether there is room for one more who waits for the end of this run. */
    mayWait: (id: VerificationId) => waits.mayWait(keyOf(id)),

    /** How it ended; undefined if it hasn't when the wait is over or the signal aborts, or if it left no result. */
    async waitForEnd(id: VerificationId, waitMs: number, signal?: AbortSignal) {
      try {
        // Not by a deadline: near one the server answers at once that nothing happened, and the SDK asks again and again.
        const poll = (stopped: AbortSignal) =>
          client.withAbortSignal(stopped, async () => parseResult(await handleOf(id).result()));
        return await waits.wait(keyOf(id), poll, waitMs, signal);
      } catch (error) {
        if (error instanceof WorkflowFailedError) return undefined;
        throw isServiceError(error) ? unavailableOr(error) : error;
      }
    },
  };
}

function keyOf({ workflowId, runId }: VerificationId): string {
  return `${workflowId}/${runId}`;
}

/** A query that comes before the run's first workflow task is done: its handlers are not there yet. */
function isNotYetRegistered(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError;
}

/** @throws VerificationError `not_found` for a made-up id, and for another tenant's */
function own(id: VerificationId, state: VerificationState): VerificationState {
  const isTenants = id.tenantId === undefined || id.tenantId === state.tenantId;
  if (state.nonce !== id.nonce || !isTenants) throw new VerificationError({ code: 'not_found' });
  return state;
}
