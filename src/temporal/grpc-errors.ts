import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** How long a call may take that Temporal itself answers. */
export const TEMPORAL_TIMEOUT_MS = 5_000;

/** gRPC status codes, as `@grpc/grpc-js` numbers them. */
const CANCELLED = 1;
const DEADLINE_EXCEEDED = 4;
export const NOT_FOUND = 5;
export const FAILED_PRECONDITION = 9;
export const UNAVAILABLE = 14;

/** The gRPC status code that a call failed with; undefined for any other error. */
export function grpcCode(error: unknown): number | undefined {
  const source: unknown = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(source) ? source.code : undefined;
}

export function isServiceError(error: unknown): boolean {
  return error instanceof ServiceError || isGrpcServiceError(error);
}

/**
 * Temporal answered, or may have, but no worker did: the deadline passed, or nobody polls the task queue. At a deadline
 * the server cancels the call. In one case of ten the client sees that before its own clock.
 */
export function isNoWorker(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    [CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION].includes(grpcCode(error) ?? -1)
  );
}
