import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowUpdateOptions,
} from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { VerificationError } from '../domain/refusals';
import { isNoWorker, isServiceError, TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';
import { isUpdateAborted, refusalOf } from './failures';
import type { VerificationId } from './ids';

/** A call that a worker must answer: longer than the recovery from a worker killed with the workflow in its cache. */
export const WORKER_TIMEOUT_MS = 6_000;
const READINESS_TIMEOUT_MS = 2_000;
/** Each try that is aborted was one of the workflow's tasks: two in a row are rare, and a deadline ends them all. */
const MAX_UPDATE_TRIES = 5;
/** A worker or server that was restarted is back about then. */
const RETRY_AFTER_SECONDS = 2;

export type WorkflowCalls = ReturnType<typeof createWorkflowCalls>;

/** Calls to workflow runs: each has a deadline, and every SDK error becomes one of the domain's. */
export function createWorkflowCalls(client: Client) {
  /**
   * Runs one SDK call. `needsWorker`: a deadline passed means that no worker answered, if Temporal itself does.
   * @throws VerificationError `temporal_unavailable`, `worker_unavailable`; any other error as it is
   */
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

  /** Whether Temporal answers. */
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

  function handleOf({ workflowId, runId }: Pick<VerificationId, 'workflowId' | 'runId'>): WorkflowHandle {
    return client.workflow.getHandle(workflowId, runId);
  }

  return {
    call,
    isReachable,
    handleOf,

    /**
     * A repeated `updateId` gets the first outcome again.
     * @throws VerificationError the validator's refusal; WorkflowNotFoundError if the run isn't open
     */
    async update<Ret, Arg>(
      id: VerificationId,
      update: UpdateDefinition<Ret, [Arg]>,
      arg: Arg,
      updateId: string = crypto.randomUUID(),
    ): Promise<Ret> {
      const options: WorkflowUpdateOptions & { args: [Arg] } = { args: [arg], updateId };
      const execute = () => handleOf(id).executeUpdate(update, options);
      try {
        return await call(() => againWhile(isUpdateAborted, execute), WORKER_TIMEOUT_MS, true);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal) throw new VerificationError(refusal);
        throw isUpdateAborted(error) ? unavailable('worker_unavailable') : error;
      }
    },

    /** @throws WorkflowNotFoundError if the run isn't open */
    async signal<Arg>(id: VerificationId, signal: SignalDefinition<[Arg]>, arg: Arg): Promise<void> {
      await call(() => handleOf(id).signal(signal, arg));
    },
  };
}

/** Runs it again, a few times, while it fails with an error that another try may mend. */
export async function againWhile<T>(
  isTransient: (error: unknown) => boolean,
  execute: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; tries < MAX_UPDATE_TRIES; tries++) {
    try {
      return await execute();
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  }
  return execute();
}

export function unavailable(code: 'worker_unavailable' | 'temporal_unavailable'): VerificationError {
  return new VerificationError({ code, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** A process takes only so much at once: what is beyond is refused at once. `limit`: its name, for logs. */
export function tooMuchAtOnce(limit: string): VerificationError {
  return new VerificationError(
    { code: 'temporal_unavailable', limit, retryAfterSeconds: RETRY_AFTER_SECONDS },
    'The service is too busy at the moment. Nothing was done. Try again.',
  );
}

/** What an SDK call failed with, as the domain's error if the server is the reason. */
export function unavailableOr(error: unknown): unknown {
  return isServiceError(error) || isNoWorker(error) ? unavailable('temporal_unavailable') : error;
}

export function notFoundOr(error: unknown): unknown {
  return error instanceof WorkflowNotFoundError ? new VerificationError({ code: 'not_found' }) : error;
}
