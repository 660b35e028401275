import type { FinalStatus } from './types';

/** The stable codes of all errors that a caller can get. src/api gives each a status and a sentence. */
export const errorCodes = [
  'invalid_request',
  'invalid_phone_number',
  'invalid_code',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'verification_in_progress',
  'verification_ended',
  'idempotency_key_reused',
  'resend_too_soon',
  'resend_limit_reached',
  'unsupported_phone_number',
  'country_not_allowed',
  'phone_number_cooling_down',
  'rate_limited',
  'unreadable_payload',
  'temporal_unavailable',
  'worker_unavailable',
  'internal_error',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Why a request is refused. It is plain data, since it is sent in the details of a Temporal failure. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly retryAfterSeconds?: number;
  readonly verificationStatus?: FinalStatus;
  /** The name of the limit that was reached, for logs only. Set on `rate_limited`, and if a process is too busy. */
  readonly limit?: string;
  /** What an operator must know, for logs only. It contains nothing personal. */
  readonly reason?: string;
  /** On `invalid_code`: how many digits the verification's code has. */
  readonly codeLength?: number;
  /** On `resend_limit_reached`: when the window ends, if the only reason is that it ends too soon. */
  readonly windowEndsInSeconds?: number;
}

/** A wait as `Retry-After` gives it: whole seconds, rounded up, at least one. */
export function retryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1000));
}

/**
 * A refusal as an exception. `detail` replaces the standard sentence for the code. Callers see it: it must not contain
 * a code, a secret or a phone number.
 */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: ErrorCode;

  constructor(
    readonly refusal: Refusal,
    readonly detail?: string,
  ) {
    super(detail ?? refusal.code);
    this.code = refusal.code;
  }
}

/** Whether the error is a refusal with one of these codes. */
export function isRefusal(error: unknown, ...codes: readonly ErrorCode[]): error is VerificationError {
  return error instanceof VerificationError && codes.includes(error.code);
}
