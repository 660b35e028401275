import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DeliveryReport, FailedMessage, Ledger, VerificationView, WordingChoice } from '../domain/types';

/** The workflow type's name, as Temporal stores it. */
export const PHONE_VERIFICATION = 'phoneVerification';

/** The nonce is part of a verification's public id. A message is only accepted with the nonce of its verification. */
export interface Addressed {
  readonly nonce: string;
}

/** A message on behalf of a tenant. For another tenant's verification it is refused with `not_found`. */
export interface FromTenant extends Addressed {
  readonly tenantId: string;
}

/** A submitted code, as sent to the workflow: not the code itself, but one tag for each secret key. */
export interface Submission extends FromTenant {
  /** How many digits were submitted; null if a code with another number of digits is a wrong code. */
  readonly digits: number | null;
  readonly tags: readonly string[];
}

/** A request for one more message with the same code. */
export interface ResendRequest extends FromTenant {
  /** What the request chose for the text of the message. If undefined, it is the start's choice. */
  readonly wording?: WordingChoice | undefined;
  /** Whether it is accepted while the first message is being sent. Then it sends nothing. */
  readonly joins?: boolean;
  /** Whether it is refused as `rate_limited` if it would send a message. Temporal answers a repeat all the same. */
  readonly onlyRepeat?: boolean;
  /** Undefined without an Idempotency-Key. */
  readonly request?: RequestIdentity | undefined;
}

/** Tells requests with the same Idempotency-Key apart. */
export interface RequestIdentity {
  /** The API draws one for each request. */
  readonly id: string;
  /** The digest of the request's fields. */
  readonly fieldsDigest: string;
}

export interface CancelRequest extends FromTenant {
  /** Null if the request gave no reason. */
  readonly reason: string | null;
}

/** The result of the workflow's query and of its Updates. */
export interface VerificationState extends VerificationView {
  readonly tenantId: string;
  readonly nonce: string;
  /** When the message in flight was requested, RFC 3339; null if none is in flight. */
  readonly messageInFlightSince: string | null;
  /** Which of `messagesAt` the provider accepted: 0 for the first. Runs of an earlier version do not say it. */
  readonly acceptedMessages?: readonly number[] | undefined;
  /** Undefined if there are none. */
  readonly failedMessages?: readonly FailedMessage[] | undefined;
}

/** The workflow's result: its final state, and the ledger for the number's next verification. */
export interface VerificationResult extends VerificationState {
  readonly ledger: Ledger;
}

/** The result of a check. `tags`: those that were judged, since a repeated update id returns the first result. */
export interface CheckOutcome {
  readonly verified: boolean;
  readonly tags: readonly string[];
  readonly state: VerificationState;
}

/**
 * The result of a resend. `answered`: the request with an Idempotency-Key that got this result, since a repeated update
 * id returns the first result.
 */
export interface ResendOutcome extends VerificationState {
  readonly answered?: RequestIdentity & { readonly isMessageRequested: boolean };
}

export const stateQuery = defineQuery<VerificationState>('state');
export const submitSignal = defineSignal<[Submission]>('submit');
export const cancelSignal = defineSignal<[CancelRequest]>('cancel');
export const deliveryReportSignal = defineSignal<[Addressed & DeliveryReport]>('deliveryReport');
export const checkUpdate = defineUpdate<CheckOutcome, [Submission]>('check');
export const resendUpdate = defineUpdate<ResendOutcome, [ResendRequest]>('resend');
export const approveUpdate = defineUpdate<VerificationState, [FromTenant]>('approve');
export const cancelUpdate = defineUpdate<VerificationState, [FromTenant]>('cancel');
