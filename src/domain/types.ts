export const finalStatuses = [
  'verified',
  'expired',
  'max_attempts_reached',
  'undeliverable',
  'canceled',
] as const;
export type FinalStatus = (typeof finalStatuses)[number];
export type Status = 'sending' | 'pending' | FinalStatus;

export function isFinal(status: Status): status is FinalStatus {
  return status !== 'sending' && status !== 'pending';
}

/** At most `max` in `periodMs`. */
export interface Limit {
  readonly max: number;
  readonly periodMs: number;
}

/** The rules of a verification, fixed when it starts: a later change of configuration does not touch it. */
export interface Policy {
  /** Digits in the code, 4 to 8. */
  readonly codeLength: number;
  /** How long the code counts, from the moment the SMS provider accepted the text. */
  readonly windowMs: number;
  /** Submitted codes that count, the right one included. */
  readonly maxAttempts: number;
  /** The least time from one text to the next. */
  readonly resendIntervalMs: number;
  /** Texts after the first. */
  readonly maxResends: number;
  /** Messages to one number, in this verification and those before it; null for no limit. */
  readonly numberLimit: Limit | null;
}

/**
 * What a number's past verifications leave behind for its next one, since the last success. A new code must not reset
 * the count of failed ones (NIST SP 800-63B rev. 4, §3.2.2).
 */
export interface Ledger {
  readonly unsuccessful: number;
  readonly failedCodes: number;
  /** RFC 3339, when the last unsuccessful one ended; null if there is none. */
  readonly lastUnsuccessfulAt: string | null;
  /** When the number's latest messages were requested, epoch milliseconds, oldest first. A success keeps them. */
  readonly messages: readonly number[];
}

/** How a message reaches the person. */
export type Channel = 'sms';

/** What a verification starts from. Neither the code nor anything it could be computed from without the key. */
export interface VerificationInput {
  readonly tenantId: string;
  readonly channel: Channel;
  /** E.164. */
  readonly phoneNumber: string;
  /** 16 random bytes, base64url: the code is derived from them. */
  readonly nonce: string;
  /** The secret key that code and tag are derived with. */
  readonly keyId: string;
  /** The right code's tag, base64url. */
  readonly tag: string;
  readonly policy: Policy;
  /** ISO 3166-1 alpha-2, for the metric alone. */
  readonly country?: string;
  /** Whether the number is one whose code is known beforehand: it gets no text. */
  readonly testNumber?: boolean;
  /** Of the number's verifications before this one. */
  readonly ledger: Ledger;
  /** When the caller was told of it, RFC 3339: shown, never reckoned with. */
  readonly createdAt: string;
}

/** Why no text reached the phone: the SMS provider's own code or one of ours, and our sentence for it. */
export interface DeliveryError {
  readonly code: string;
  readonly message: string;
}

/** A verification as its caller sees it. Times are RFC 3339 in UTC. */
export interface VerificationView {
  readonly phoneNumber: string;
  readonly status: Status;
  readonly attemptsRemaining: number;
  /** Digits in its code. */
  readonly codeLength: number;
  readonly windowMs: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly error: DeliveryError | null;
  /** When something last happened to it. */
  readonly updatedAt: string;
  /** What was given as the reason of a cancel, if anything was. */
  readonly cancelReason: string | null;
}

/** One submitted code that was judged. `at`: epoch milliseconds. */
export interface Attempt {
  readonly at: number;
  readonly matched: boolean;
}

/** What became of handing a text to the SMS provider. `acceptedAt`: epoch milliseconds. */
export type SendOutcome =
  | {
      readonly outcome: 'accepted';
      readonly sid: string;
      readonly acceptedAt: number;
      /** Sent again although an earlier one may exist that the provider did not list. */
      readonly possibleDuplicate?: boolean;
    }
  /** A test number: its window opens without one. */
  | { readonly outcome: 'not_sent'; readonly acceptedAt: number }
  | { readonly outcome: 'failed'; readonly error: DeliveryError };

/** The SMS provider's later word on a text: it is under way or arrived (no failure), or it won't arrive. */
export interface DeliveryReport {
  readonly sid: string;
  readonly failure: DeliveryError | null;
}
