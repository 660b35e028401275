import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowUpdateOptions,
} from '@temporalio/client';
import { NamespaceNotFoundError, type SignalDefinition, type UpdateDefinition } from '@temporalio/common';
import { VerificationError } from '../domain/refusals';
import { grpcReason, isNoWorker, isServiceError, TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';
import { isUpdateAborted, validatorRefusal } from './failures';
import type { VerificationId } from './ids';

/** The time-out of calls that a worker must answer. Another worker takes over from a killed one in less time. */
const WORKER_TIMEOUT_MS = 6_000;
const READINESS_TIMEOUT_MS = 2_000;
/** Two failed tries in a row are rare. The call's deadline also ends the tries. */
const MAX_TRIES = 5;
/** A worker or server needs about this long to restart. */
const RETRY_AFTER_SECONDS = 2;

/** A run, as Temporal describes it. */
export type Run = Awaited<ReturnType<WorkflowHandle['describe']>>;

export type WorkflowCalls = ReturnType<typeof createWorkflowCalls>;

/** Calls to workflow runs. Each call has a deadline. Errors of unavailable servers become VerificationErrors. */
export function createWorkflowCalls(client: Client) {
  /**
   * Runs one SDK call that Temporal answers without a worker.
   * @throws VerificationError `temporal_unavailable`; other errors unchanged
   */
  async function call<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, fn);
    } catch (error) {
      throw unavailableOr(error);
    }
  }

  /**
   * Runs one SDK call that a worker must answer. If the deadline passes while Temporal is reachable, none has answered.
   * @throws VerificationError `temporal_unavailable`, `worker_unavailable`; other errors unchanged
   */
  async function callWorker<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await client.withDeadline(Date.now() + WORKER_TIMEOUT_MS, fn);
    } catch (error) {
      if (isNoWorker(error) && !(await temporalFault())) throw unavailable('worker_unavailable');
      throw unavailableOr(error);
    }
  }

  /** Asks whether Temporal serves the namespace. If not, returns the error, with its reason for logs. */
  async function temporalFault(): Promise<VerificationError | undefined> {
    try {
      await client.withDeadline(Date.now() + READINESS_TIMEOUT_MS, () =>
        client.workflowService.describeNamespace({ namespace: client.options.namespace }),
      );
      return undefined;
    } catch (error) {
      return unavailable('temporal_unavailable', grpcReason(error));
    }
  }

  function handleOf({ workflowId, runId }: Pick<VerificationId, 'workflowId' | 'runId'>): WorkflowHandle {
    return client.workflow.getHandle(workflowId, runId);
  }

  return {
    call,
    callWorker,
    temporalFault,
    handleOf,

    /** Undefined if Temporal has no run with this workflow ID. */
    async describeLatest(workflowId: string): Promise<Run | undefined> {
      try {
        return await call(() => client.workflow.getHandle(workflowId).describe());
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    /**
     * A repeated `updateId` returns the first outcome.
     * @throws VerificationError with the validator's refusal; WorkflowNotFoundError if the run is not open
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
        return await callWorker(() => retryWhile(isUpdateAborted, execute));
      } catch (error) {
        const refusal = validatorRefusal(error);
        if (refusal) throw new VerificationError(refusal);
        throw isUpdateAborted(error) ? unavailable('worker_unavailable') : error;
      }
    },

    /** @throws WorkflowNotFoundError if the run is not open */
    async signal<Arg>(id: VerificationId, signal: SignalDefinition<[Arg]>, arg: Arg): Promise<void> {
      await call(() => handleOf(id).signal(signal, arg));
    },
  };
}

/** Runs `execute` again, at most MAX_TRIES times in all, while it fails with a transient error. */
export async function retryWhile<T>(
  isTransient: (error: unknown) => boolean,
  execute: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; tries < MAX_TRIES; tries++) {
    try {
      return await execute();
    } catch (error) {
      if (!isTransient(error)) throw error;
    }
  }
  return execute();
}

/** `reason`: for logs. */
export function unavailable(
  code: 'worker_unavailable' | 'temporal_unavailable',
  reason?: string,
): VerificationError {
  return new VerificationError({
    code,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    ...(reason !== undefined && { reason }),
  });
}

/** The error of a process that has reached one of its own limits. `limit`: the limit's name, for logs. */
export function tooBusyError(limit: string): VerificationError {
  return new VerificationError(
    { code: 'temporal_unavailable', limit, retryAfterSeconds: RETRY_AFTER_SECONDS },
    'The service is too busy at the moment. Nothing was done. Try again.',
  );
}

/** Turns the error of an SDK call into `temporal_unavailable` if the server or the configured namespace caused it. */
export function unavailableOr(error: unknown): unknown {
  if (error instanceof NamespaceNotFoundError)
    return unavailable('temporal_unavailable', `NamespaceNotFoundError: ${error.namespace}`);
  return isServiceError(error) || isNoWorker(error)
    ? unavailable('temporal_unavailable', grpcReason(error))
    : error;
}

export function notFoundOr(error: unknown): unknown {
  return error instanceof WorkflowNotFoundError ? new VerificationError({ code: 'not_found' }) : error;
}
