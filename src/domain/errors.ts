import type { DeliveryError, FinalStatus } from './types';

/** Every error a caller can meet: its stable code and the sentence that says what to do. */
export const errorMessages = {
  invalid_request: 'The request is not valid.',
  invalid_phone_number: 'Send the number in international E.164 form, for example +14255550123.',
  invalid_code: 'The code does not have the right number of digits. No attempt was spent.',
  unauthorized: 'Send a valid API key as "Authorization: Bearer <key>".',
  forbidden: 'This request is not allowed.',
  not_found: 'There is nothing here. Check the id and the path.',
  method_not_allowed: 'This path does not take this method. The Allow header lists those that it takes.',
  verification_in_progress: 'This number has a verification under way. Try again when it has ended.',
  verification_ended: 'This verification has ended. Start a new one.',
  idempotency_key_reused: 'This Idempotency-Key was used for another request. Use a new key.',
  resend_too_soon: 'The last text was sent a moment ago. Try again later.',
  resend_limit_reached: 'No further text is sent in this verification.',
  unsupported_phone_number: 'Numbers of this kind get no texts. Use a mobile number.',
  country_not_allowed: 'This service sends no texts to this country.',
  phone_number_cooling_down: 'This number had too many unsuccessful verifications. Try again later.',
  rate_limited: 'Too many requests. Try again later.',
  unreadable_payload: 'This payload can not be read.',
  temporal_unavailable: 'The service is not available at the moment. Try again.',
  worker_unavailable:
    'No worker answered in time. The request may still be carried out: repeat it with the same Idempotency-Key.',
  internal_error: 'Something went wrong on our side. Try again.',
} as const;

export type ErrorCode = keyof typeof errorMessages;

/** Why something asked of a verification is not done, as data: it travels in a Temporal failure's details. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly retryAfterSeconds?: number;
  readonly verificationStatus?: FinalStatus;
  /** On `rate_limited` and where a process takes no more at once: which limit it is. For logs alone. */
  readonly limit?: string;
  /** On `invalid_code`: how many digits the verification's code has. */
  readonly codeLength?: number;
}

/** Why a verification ended `undeliverable`, where the reason is ours and not the SMS provider's. */
export const ownDeliveryErrors = {
  worker_unavailable: {
    code: 'worker_unavailable',
    message: 'The service was not able to send the text in time. Start a new verification.',
  },
  delivery_unknown: {
    code: 'delivery_unknown',
    message: 'The SMS provider did not confirm the text. Start a new verification.',
  },
} as const satisfies Record<string, DeliveryError>;

/** What the API answers in place of a resource. `detail` is safe to show: never a code, a secret or a number. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError';
  readonly code: ErrorCode;

  constructor(
    readonly refusal: Refusal,
    detail: string = sentenceFor(refusal),
  ) {
    super(detail);
    this.code = refusal.code;
  }
}

/** Names the number of digits where it is known. */
function sentenceFor({ code, codeLength }: Refusal): string {
  if (code === 'invalid_code' && codeLength !== undefined)
    return `The code has ${codeLength} digits. No attempt was spent.`;
  return errorMessages[code];
}

/** An unforeseen error's class and place. Its message stays out of logs: it may hold what must not be there. */
export function withoutMessage(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  return { error: error.name, at: (error.stack ?? '').split('\n    at ').slice(1) };
}
