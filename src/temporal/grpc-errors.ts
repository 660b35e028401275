import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** The time-out of calls that Temporal answers without a worker. */
export const TEMPORAL_TIMEOUT_MS = 5_000;

/** gRPC status codes, with the numbers of `@grpc/grpc-js`. */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
export const FAILED_PRECONDITION = 9;
export const UNAVAILABLE = 14;
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;

const REJECTIONS = [
  INVALID_ARGUMENT,
  NOT_FOUND,
  PERMISSION_DENIED,
  RESOURCE_EXHAUSTED,
  UNIMPLEMENTED,
  UNAUTHENTICATED,
];

/**
 * The gRPC status code of a failed call; undefined for other errors. The client wraps gRPC's error in a ServiceError. A
 * worker's connection throws a ServiceError, by name, that is gRPC's error itself.
 */
export function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const cause: unknown = error instanceof ServiceError ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

/** The result of a call. Undefined if Temporal answers NOT_FOUND. */
export async function unlessNotFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (grpcCode(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

/** Temporal refused the call: it has not done anything, and will not. */
export function isRejected(error: unknown): boolean {
  return REJECTIONS.includes(grpcCode(error) ?? -1);
}

export function isInvalidArgument(error: unknown): boolean {
  return grpcCode(error) === INVALID_ARGUMENT;
}

export function isServiceError(error: unknown): boolean {
  return error instanceof ServiceError || isGrpcServiceError(error);
}

/**
 * Whether no worker answered: the deadline passed, or no worker polls the task queue. Temporal itself may be reachable.
 * CANCELLED is also a passed deadline: in about one of ten cases the server cancels the call before the client's timer.
 */
export function isNoWorker(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    [CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION].includes(grpcCode(error) ?? -1)
  );
}
