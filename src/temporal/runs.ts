import {
  QueryRejectedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { VerificationError } from '../domain/errors';
import { isFinal } from '../domain/types';
import { stateQuery, type VerificationResult, type VerificationState } from '../workflows/messages';
import { isNoWorker, isServiceError, isUpdateAborted, refusalOf } from './failures';
import { endedWithoutResult, parseMemo } from './memo';
import type { VerificationId } from './verification-id';

/** A call that Temporal itself answers. */
export const TEMPORAL_TIMEOUT_MS = 5_000;
/** A call that a worker must answer: longer than the recovery from a worker killed with the workflow in its cache. */
const WORKER_TIMEOUT_MS = 6_000;
const READINESS_TIMEOUT_MS = 2_000;
/** Each try that is aborted was one of the workflow's tasks: two in a row are rare, and a deadline ends them all. */
const MAX_UPDATE_TRIES = 5;
/** A worker or server that was restarted is back about then. */
const RETRY_AFTER_SECONDS = 2;

export type Runs = ReturnType<typeof createRuns>;

/** Workflow runs by id: every call has a deadline, and every SDK error becomes one of the domain's. */
export function createRuns(client: Client) {
  const handleOf = ({ workflowId, runId }: VerificationId): WorkflowHandle =>
    client.workflow.getHandle(workflowId, runId);

  /** Runs one SDK call. `needsWorker`: a deadline passed means that no worker answered, if Temporal itself does. */
  async function call<T>(
    fn: () => Promise<T>,
    timeoutMs = TEMPORAL_TIMEOUT_MS,
    needsWorker = false,
  ): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + timeoutMs, fn);
    } catch (error) {
      if (needsWorker && isNoWorker(error) && (await isReachable())) {
        throw unavailable('worker_unavailable');
      }
      throw unavailableOr(error);
    }
  }

  async function isReachable(): Promise<boolean> {
    try {
      await client.withDeadline(Date.now() + READINESS_TIMEOUT_MS, () =>
        client.workflowService.describeNamespace({ namespace: client.options.namespace }),
      );
      return true;
    } catch {
      return false;
    }
  }

  /** @throws VerificationError `not_found` also for an id whose nonce was made up. */
  async function read(id: VerificationId, timeoutMs = WORKER_TIMEOUT_MS): Promise<VerificationState> {
    try {
      return own(id, await call(() => handleOf(id).query(stateQuery), timeoutMs, true));
    } catch (error) {
      if (error instanceof QueryRejectedError) return readClosed(id);
      throw notFoundOr(error);
    }
  }

  /** A closed run answers without a worker: by its result, or by its memo if an operator took it that away. */
  async function readClosed(id: VerificationId): Promise<VerificationResult> {
    const handle = handleOf(id);
    try {
      return own(id, await call((): Promise<VerificationResult> => handle.result()));
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { memo, closeTime } = await call(() => handle.describe());
      return own(id, endedWithoutResult(parseMemo(memo), closeTime ?? new Date()));
    }
  }

  /** A message to a run that isn't open: how it ended, or that it never was. */
  async function whyNotOpen(id: VerificationId, error: unknown): Promise<unknown> {
    if (!(error instanceof WorkflowNotFoundError)) return error;
    return endedError(await read(id));
  }

  return {
    read,
    readClosed,
    isReachable,
    call,
    endedError,
    unavailableOr,

    /** As `read`, but undefined if no answer came in time. */
    async readWithin(id: VerificationId, timeoutMs: number): Promise<VerificationState | undefined> {
      try {
        return await read(id, timeoutMs);
      } catch (error) {
        if (error instanceof VerificationError && error.code === 'worker_unavailable') return undefined;
        throw error;
      }
    },

    /** How it ended; undefined if it hasn't when the wait is over or the signal aborts. */
    async waitForEnd(id: VerificationId, waitMs: number, signal?: AbortSignal) {
      // Not by a deadline: near one the server answers at once that nothing happened, and the SDK asks again and again.
      // The SDK never removes its listeners, and `signal` lives as long as the process: the call gets one of its own.
      const waiting = new AbortController();
      const stop = () => waiting.abort();
      const timer = setTimeout(stop, waitMs);
      signal?.addEventListener('abort', stop);
      try {
        return await client.withAbortSignal(waiting.signal, (): Promise<VerificationState> =>
          handleOf(id).result(),
        );
      } catch (error) {
        if (waiting.signal.aborted || error instanceof WorkflowFailedError) return undefined;
        throw isServiceError(error) ? unavailable('temporal_unavailable') : error;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      }
    },

    /** A repeated `updateId` gets the first outcome again. @throws VerificationError the validator's refusal. */
    async update<Ret, Arg>(
      id: VerificationId,
      update: UpdateDefinition<Ret, [Arg]>,
      arg: Arg,
      updateId: string = crypto.randomUUID(),
    ): Promise<Ret> {
      const execute = () => handleOf(id).executeUpdate(update, { args: [arg], updateId });
      try {
        return await call(() => againWhenAborted(execute), WORKER_TIMEOUT_MS, true);
      } catch (error) {
        const refusal = refusalOf(error);
        throw refusal ? new VerificationError(refusal) : await whyNotOpen(id, error);
      }
    },

    async signal<Arg>(id: VerificationId, signal: SignalDefinition<[Arg]>, arg: Arg): Promise<void> {
      try {
        await call(() => handleOf(id).signal(signal, arg));
      } catch (error) {
        throw await whyNotOpen(id, error);
      }
    },
  };
}

async function againWhenAborted<T>(execute: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < MAX_UPDATE_TRIES; tries++) {
    try {
      return await execute();
    } catch (error) {
      if (!isUpdateAborted(error)) throw error;
    }
  }
  return execute();
}

function own<State extends VerificationState>(id: VerificationId, state: State): State {
  if (state.nonce !== id.nonce) throw new VerificationError({ code: 'not_found' });
  return state;
}

function endedError({ status }: VerificationState): VerificationError {
  return new VerificationError({
    code: 'verification_ended',
    ...(isFinal(status) ? { verificationStatus: status } : {}),
  });
}

function unavailable(code: 'worker_unavailable' | 'temporal_unavailable'): VerificationError {
  return new VerificationError({ code, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** What an SDK call failed with, as the domain's error if the server is the reason. */
function unavailableOr(error: unknown): unknown {
  return isServiceError(error) || isNoWorker(error) ? unavailable('temporal_unavailable') : error;
}

function notFoundOr(error: unknown): unknown {
  return error instanceof WorkflowNotFoundError ? new VerificationError({ code: 'not_found' }) : error;
}
