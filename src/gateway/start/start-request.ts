import type { WordingChoice } from '../../domain/types';
import type { Tenant } from '../../tenants/tenant';

export interface StartRequest {
  readonly tenant: Pick<Tenant, 'id' | 'policy' | 'cooldownSeconds'>;
  /** E.164. */
  readonly phoneNumber: string;
  /** The form that operators may see. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The fixed code of a test number, which gets no message and has no cool-down. */
  readonly testCode: string | undefined;
  /** A code that the caller has chosen. It is not stored. */
  readonly customCode?: string | undefined;
  /** What the request chose for the text of its messages. */
  readonly wording?: WordingChoice | undefined;
  /** Whether an open verification of the number is returned. Otherwise it is `verification_in_progress`. */
  readonly mayJoin?: boolean;
  /** The end user's IP address. A repeat of the request must have the same. Only its digest is stored. */
  readonly clientIp: string | undefined;
  /** Counts the request. `start` calls it once, before anything else, and passes its errors on. */
  readonly countRequest: () => Promise<void>;
  /**
   * Reserves the message, and passes its errors on. `start` may call it before it knows whether the number gets a
   * message: it cancels the reservation of a message that it does not send. It calls it again only after an error.
   */
  readonly reserveMessage: () => Promise<Reservation>;
}

/** A message that was counted before it is sent. */
export interface Reservation {
  /** Takes the count back, because the message is not sent. */
  cancel(): Promise<void>;
}

/** An Idempotency-Key counts only for its own caller: two callers may use the same key. */
export interface Idempotency {
  readonly caller: string;
  readonly idempotencyKey: string | undefined;
}
