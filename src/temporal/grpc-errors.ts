import { status } from '@grpc/grpc-js';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** The time-out of calls that Temporal answers without a worker. */
export const TEMPORAL_TIMEOUT_MS = 5_000;

/** After these, Temporal has not done anything. */
const REJECTIONS: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.RESOURCE_EXHAUSTED,
  status.UNIMPLEMENTED,
  status.UNAUTHENTICATED,
];
const NO_WORKER: readonly number[] = [status.CANCELLED, status.DEADLINE_EXCEEDED, status.FAILED_PRECONDITION];

/**
 * The gRPC status code of a failed call; undefined for other errors. The client wraps gRPC's error in a ServiceError. A
 * worker's connection throws a ServiceError, by name, that is gRPC's error itself.
 */
function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const cause: unknown = error instanceof ServiceError ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

/** Why a call failed, for logs: the name of the gRPC status and nothing else, since a message can contain data. */
export function grpcReason(error: unknown): string | undefined {
  const code = grpcCode(error);
  return code === undefined ? undefined : `gRPC ${status[code] ?? code}`;
}

/** The result of a call. Undefined if Temporal answers NOT_FOUND. */
export async function unlessNotFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (grpcCode(error) === status.NOT_FOUND) return undefined;
    throw error;
  }
}

/** Temporal refused the call: it has not done anything, and will not. */
export function isRejected(error: unknown): boolean {
  return REJECTIONS.includes(grpcCode(error) ?? -1);
}

export function isInvalidArgument(error: unknown): boolean {
  return grpcCode(error) === status.INVALID_ARGUMENT;
}

export function isFailedPrecondition(error: unknown): boolean {
  return grpcCode(error) === status.FAILED_PRECONDITION;
}

/** Temporal could not be reached. */
export function isUnavailable(error: unknown): boolean {
  return grpcCode(error) === status.UNAVAILABLE;
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
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || NO_WORKER.includes(grpcCode(error) ?? -1)
  );
}
