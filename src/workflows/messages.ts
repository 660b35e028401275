import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Ledger } from '../domain/types';
import type { DeliveryReport, VerificationView } from '../domain/types';

/** The workflow type's name, as Temporal stores it. */
export const PHONE_VERIFICATION = 'phoneVerification';

/** The nonce comes from a verification's id and ties a message to this one verification. */
export interface Addressed {
  readonly nonce: string;
}

/** A message on behalf of a tenant: one of another tenant's is refused as if the verification did not exist. */
export interface FromTenant extends Addressed {
  readonly tenantId: string;
}

/** A submitted code as the workflow gets it: never the code, only its tags, one for each secret key in use. */
export interface Submission extends FromTenant {
  /** How many digits were submitted. */
  readonly digits: number;
  readonly tags: readonly string[];
}

export interface CancelRequest extends FromTenant {
  /** Null if none was given. */
  readonly reason: string | null;
}

/** The workflow's state as it answers. */
export interface VerificationState extends VerificationView {
  readonly tenantId: string;
  readonly nonce: string;
  /** Since when a text is in flight; RFC 3339, null if none is. */
  readonly messageInFlightSince: string | null;
}

/** The workflow's result: how it ended, and what that means for the number's next verification. */
export interface VerificationResult extends VerificationState {
  readonly ledger: Ledger;
}

/** A check's answer. `tags` are those that were judged: a repeated update id returns the first answer. */
export interface CheckOutcome {
  readonly verified: boolean;
  readonly tags: readonly string[];
  readonly state: VerificationState;
}

export const stateQuery = defineQuery<VerificationState>('state');
export const submitSignal = defineSignal<[Submission]>('submit');
export const cancelSignal = defineSignal<[CancelRequest]>('cancel');
export const deliveryReportSignal = defineSignal<[Addressed & DeliveryReport]>('deliveryReport');
export const checkUpdate = defineUpdate<CheckOutcome, [Submission]>('check');
export const resendUpdate = defineUpdate<VerificationState, [FromTenant]>('resend');
export const cancelUpdate = defineUpdate<VerificationState, [FromTenant]>('cancel');
