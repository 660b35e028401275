import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** The time-out of calls that Temporal answers without a worker. */
export const TEMPORAL_TIMEOUT_MS = 5_000;

/** The names of gRPC's status codes, which are the indexes of this list. */
const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
const codeOf = (name: (typeof STATUS_NAMES)[number]) => STATUS_NAMES.indexOf(name);

const CANCELLED = codeOf('CANCELLED');
const DEADLINE_EXCEEDED = codeOf('DEADLINE_EXCEEDED');
const NOT_FOUND = codeOf('NOT_FOUND');
export const FAILED_PRECONDITION = codeOf('FAILED_PRECONDITION');
export const UNAVAILABLE = codeOf('UNAVAILABLE');
const INVALID_ARGUMENT = codeOf('INVALID_ARGUMENT');

const REJECTIONS = [
  INVALID_ARGUMENT,
  NOT_FOUND,
  codeOf('PERMISSION_DENIED'),
  codeOf('RESOURCE_EXHAUSTED'),
  codeOf('UNIMPLEMENTED'),
  codeOf('UNAUTHENTICATED'),
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

/** Why a call failed, for logs: the name of the gRPC status and nothing else, since a message can contain data. */
export function grpcReason(error: unknown): string | undefined {
  const code = grpcCode(error);
  return code === undefined ? undefined : `gRPC ${STATUS_NAMES[code] ?? code}`;
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
