export const finalStatuses = [
  'verified',
  'expired',
  'max_attempts_reached',
  'undeliverable',
  'canceled',
] as const;
export type FinalStatus = (typeof finalStatuses)[number];
export const statuses = ['sending', 'pending', ...finalStatuses] as const;
export type Status = (typeof statuses)[number];

export function isFinal(status: Status): status is FinalStatus {
  return status !== 'sending' && status !== 'pending';
}

/** At most `max` requests or messages in `periodMs`. */
export interface Limit {
  readonly max: number;
  readonly periodMs: number;
}

/** The rules of a verification. They are fixed at its start: a later change of the configuration has no effect. */
export interface Policy {
  /** Digits in the code, 4 to 10. */
  readonly codeLength: number;
  /** How long the code is valid. This time begins when the SMS provider accepts the first message. */
  readonly windowMs: number;
  /** How many submitted codes are judged, including the right one. */
  readonly maxAttempts: number;
  /** The minimum time between two messages. */
  readonly resendIntervalMs: number;
  /** How many messages may follow the first. */
  readonly maxResends: number;
  /** Limits the messages to one number, over all its verifications; null for no limit. */
  readonly numberLimit: Limit | null;
}

/**
 * What a number's past verifications mean for its next one, counted since the last success. A new code must not reset
 * the count of failed codes (NIST SP 800-63B rev. 4, §3.2.2).
 */
export interface Ledger {
  readonly unsuccessful: number;
  readonly failedCodes: number;
  /** When the last unsuccessful verification ended, RFC 3339; null if there is none. */
  readonly lastUnsuccessfulAt: string | null;
  /** When the latest messages were requested: epoch milliseconds, oldest first. A success does not clear them. */
  readonly messages: readonly number[];
}

/** How a message reaches the person. */
export type Channel = 'sms';

/** What a start chose for the text of its messages. What it did not choose is the tenant's. */
export interface WordingChoice {
  readonly templateSid?: string;
  /** Such as `en` or `pt-BR`. */
  readonly locale?: string;
  /** Replaces the tenant's name. */
  readonly name?: string;
  /** The values of a template's own variables. */
  readonly substitutions?: Readonly<Record<string, string>>;
  /** The hash with which an Android app recognizes its messages: 11 characters. */
  readonly appHash?: string;
}

/** The workflow's input. Without a secret key, the code can't be computed from it. */
export interface VerificationInput {
  readonly tenantId: string;
  readonly channel: Channel;
  /** E.164. */
  readonly phoneNumber: string;
  /** 16 random bytes, base64url. The code is derived from them and a secret key. */
  readonly nonce: string;
  /** The id of the secret key from which code and tag are derived. */
  readonly keyId: string;
  /** The right code's tag, base64url. */
  readonly tag: string;
  /**
   * What to add to the derived code to get a code that the caller has chosen (modulo 10^codeLength). It says nothing
   * about the code without the key from which the other part is derived. Undefined for the derived code itself.
   */
  readonly codeOffset?: number;
  /** What the start chose for the text of the messages. */
  readonly wording?: WordingChoice;
  readonly policy: Policy;
  /** ISO 3166-1 alpha-2. In the workflow, only the metric uses it. */
  readonly country?: string;
  /** Whether this is a test number: its code is fixed, and it gets no message. */
  readonly testNumber?: boolean;
  /** From the number's earlier verifications. */
  readonly ledger: Ledger;
  /** When the API accepted the start, RFC 3339. Only shown: time limits count from the workflow's start. */
  readonly createdAt: string;
}

/** Why no message reached the phone: the SMS provider's error code or one of ours, and our sentence for it. */
export interface DeliveryError {
  readonly code: string;
  readonly message: string;
}

/** `index`: its place among all messages of the verification, 0 for the first. */
export interface FailedMessage {
  readonly index: number;
  readonly error: DeliveryError;
}

/** A verification as its caller sees it. Times are RFC 3339 in UTC. */
export interface VerificationView {
  readonly phoneNumber: string;
  readonly status: Status;
  readonly attemptsRemaining: number;
  /** The number of digits in the code. */
  readonly codeLength: number;
  readonly windowMs: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly endedAt: string | null;
  readonly error: DeliveryError | null;
  /** When each message was requested, oldest first. */
  readonly messagesAt: readonly string[];
  /** When another message may be requested; null while one is in flight, and if no more may be sent. */
  readonly nextResendAt: string | null;
  /** When the verification last changed. */
  readonly updatedAt: string;
  /** The reason that came with the cancellation; null if there is none. */
  readonly cancelReason: string | null;
}

/** One submitted code that was judged. `at`: epoch milliseconds. */
export interface Attempt {
  readonly at: number;
  readonly matched: boolean;
}

/** The outcome of sending a message. `acceptedAt`: epoch milliseconds. */
export type SendOutcome =
  | {
      readonly outcome: 'accepted';
      readonly sid: string;
      readonly acceptedAt: number;
      /** Sent again, because the provider did not list an earlier message that may exist. */
      readonly possibleDuplicate?: boolean;
    }
  /** A test number: no message is sent, and the window opens at once. */
  | { readonly outcome: 'not_sent'; readonly acceptedAt: number }
  /** `nothingSent`: it is certain that no try has created a message. */
  | { readonly outcome: 'failed'; readonly error: DeliveryError; readonly nothingSent?: boolean };

/** What the SMS provider reports after it accepted a message. */
export interface DeliveryReport {
  readonly sid: string;
  /** Null if the message is on its way or has arrived. */
  readonly failure: DeliveryError | null;
  /** Which message of the verification it is: 0 for the first. Reports about messages of earlier versions do not say it. */
  readonly messageIndex?: number | undefined;
}
