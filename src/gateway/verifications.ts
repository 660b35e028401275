import type { VerificationError } from '../domain/refusals';
import type { DeliveryError, DeliveryReport, VerificationView } from '../domain/types';
import type { Resend, ResendOptions } from './resend';
import type { Idempotency, StartRequest } from './start/start-request';
import type { VerificationSearch } from './search/verification-search';
import type { Wait } from './state/wait-for-decision';

export type { Reservation } from './start/start-request';

/** A verification with its public id. */
export interface IdentifiedView extends VerificationView {
  readonly id: string;
  /** Whether a message is being sent. */
  readonly messageInFlight: boolean;
}

/** Names a verification, and the tenant that sent the request. Another tenant's verification is `not_found`. */
export interface VerificationRef {
  readonly tenantId: string;
  /** The public id. */
  readonly id: string;
}

/** `outcome`: see StartOutcome. */
export interface StartedVerification {
  readonly outcome: 'started' | 'repeated' | 'joined';
  readonly verification: IdentifiedView;
}

export interface AwaitedVerification {
  readonly verification: IdentifiedView;
  /** False if the verification is open and the wait did not take place, or was aborted. */
  readonly isWaitApplied: boolean;
}

export interface SentMessage {
  readonly verification: IdentifiedView;
  /** Why the provider did not take the message, or why the verification is undeliverable. Null if neither is known. */
  readonly error: DeliveryError | null;
}

export interface ResentVerification extends Pick<Resend, 'outcome'> {
  readonly verification: IdentifiedView;
}

/**
 * The operations on verifications. Every method can throw VerificationError `not_found`, `verification_ended`,
 * `temporal_unavailable` and `worker_unavailable`. Further codes are named at each method.
 */
export interface Verifications {
  /**
   * Throws `verification_in_progress`, `phone_number_cooling_down`, `rate_limited`, `idempotency_key_reused`. Needs no
   * worker.
   */
  start(request: StartRequest & Idempotency): Promise<StartedVerification>;
  /** The public id of the number's last verification. Undefined if Temporal has none. Needs no worker. */
  latestId(tenantId: string, phoneNumber: string): Promise<string | undefined>;
  /**
   * Waits until the last message of this view is no longer being sent. Undefined if it still is after `timeoutMs`, or if
   * nobody can say: the message is requested all the same.
   */
  whenSent(
    ref: VerificationRef,
    view: Pick<IdentifiedView, 'messagesAt'>,
    timeoutMs: number,
  ): Promise<SentMessage | undefined>;
  /** The current state. */
  get(ref: VerificationRef): Promise<IdentifiedView>;
  /**
   * The state when the verification has ended, or the current state when the wait is over or aborted. Does not wait while
   * the ends of too many verifications are waited for.
   */
  waitForEnd(ref: VerificationRef, wait: Wait): Promise<AwaitedVerification>;
  /**
   * Judges a code of 4 to 10 digits. Throws `idempotency_key_reused`, and `invalid_code` for a wrong number of digits.
   * With `anyLength`, such a code is a wrong one.
   */
  check(
    ref: VerificationRef,
    code: string,
    by: Idempotency,
    options?: { readonly anyLength?: boolean },
  ): Promise<{ verified: boolean; verification: IdentifiedView }>;
  /**
   * Sends a code without waiting for its result. Needs no worker. Throws `invalid_code` for a wrong number of digits.
   * With `padded`, leading zeros may be missing.
   */
  submit(ref: VerificationRef, digits: string, options?: { readonly padded?: boolean }): Promise<void>;
  /** Requests cancellation without waiting for it. Needs no worker. */
  requestCancel(ref: VerificationRef, reason: string | null): Promise<void>;
  /** Throws if the verification is known to have ended. */
  assertOpen(ref: VerificationRef): Promise<void>;
  /**
   * Sends the code again. Throws `resend_too_soon`, `resend_limit_reached`, `rate_limited`. A repeat with the same
   * Idempotency-Key sends nothing and returns the first result. With other fields, it is `idempotency_key_reused`.
   */
  resend(ref: VerificationRef, options: ResendOptions): Promise<ResentVerification>;
  /** Ends an open verification as `verified` without a code. */
  approve(ref: VerificationRef): Promise<IdentifiedView>;
  /** Cancels an open verification. Returns the state of one that has already ended. */
  cancel(ref: VerificationRef): Promise<IdentifiedView>;
  /**
   * Passes on a delivery report of the SMS provider. Drops a report for an unknown or ended verification. `sinceSentMs`:
   * the time since the message was sent; undefined if the report does not say it.
   */
  reportDelivery(id: string, report: DeliveryReport, sinceSentMs: number | undefined): Promise<void>;
  readonly search: VerificationSearch;
  /** `temporal_unavailable` if Temporal does not answer, or refuses this process. Undefined if it answers. */
  temporalFault(): Promise<VerificationError | undefined>;
  /** Resolves when no query runs any more: close the client's connection only then. */
  idle(): Promise<void>;
}
