import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { errorMessages, type ErrorCode, type Refusal } from '../domain/errors';
import { finalStatuses } from '../domain/types';

/** gRPC status codes, as `@grpc/grpc-js` numbers them. */
const CANCELLED = 1;
export const NOT_FOUND = 5;
export const UNAVAILABLE = 14;
const DEADLINE_EXCEEDED = 4;
const FAILED_PRECONDITION = 9;

/** The type of the failure that the server answers in the name of a worker which left an Update aside. */
const UNPROCESSED_UPDATE = 'UnprocessedUpdate';

const refusalDetails = z.object({
  retryAfterSeconds: z.exactOptional(z.number()),
  verificationStatus: z.exactOptional(z.enum(finalStatuses)),
  limit: z.exactOptional(z.string()),
  codeLength: z.exactOptional(z.number()),
});

/** The workflow's own no, from the details of the failure that its validator threw. */
export function refusalOf(error: unknown): Refusal | undefined {
  const failure = updateFailure(error);
  if (!failure || !isErrorCode(failure.type)) return undefined;
  return { code: failure.type, ...refusalDetails.parse(failure.details?.[0]) };
}

/** What an Update failed with in the workflow, or at the server in its place. */
function updateFailure(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const cause: unknown = error.cause;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

/**
 * Temporal answered, or might have, but no worker did: the deadline passed, or nobody polls the task queue. At a
 * deadline the server cancels the call, which in one case of ten is seen here before our own clock.
 */
export function isNoWorker(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    [CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION].includes(grpcCode(error) ?? -1)
  );
}

/**
 * The workflow task that carried an Update failed, as it does when the Update ends the workflow while another event
 * comes in, or the worker left the Update aside. Nothing of it was kept: the same Update can be sent again.
 */
export function isUpdateAborted(error: unknown): boolean {
  return grpcCode(error) === FAILED_PRECONDITION || updateFailure(error)?.type === UNPROCESSED_UPDATE;
}

export function isServiceError(error: unknown): boolean {
  return error instanceof ServiceError || isGrpcServiceError(error);
}

/** gRPC's status code of what a call failed with. */
export function grpcCode(error: unknown): number | undefined {
  const source: unknown = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(source) ? source.code : undefined;
}

function isErrorCode(type: string | undefined | null): type is ErrorCode {
  return type !== undefined && type !== null && Object.hasOwn(errorMessages, type);
}
