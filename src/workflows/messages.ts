import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { VerificationView } from '../domain/types';

/** The workflow type's name, as Temporal stores it. */
export const PHONE_VERIFICATION = 'phoneVerification';

/**
 * A submitted code as the workflow gets it: never the code, only its tags, one for each secret key in use. The
 * nonce comes from the verification's id and ties the message to this one verification.
 */
export interface Submission {
  readonly nonce: string;
  readonly tags: readonly string[];
}

/** The workflow's state as it answers, and as its result. */
export interface VerificationState extends VerificationView {
  readonly nonce: string;
}

/** A check's answer. `tags` are those that were judged: a repeated update id returns the first answer. */
export interface CheckOutcome {
  readonly verified: boolean;
  readonly tags: readonly string[];
  readonly state: VerificationState;
}

export const stateQuery = defineQuery<VerificationState>('state');
export const submitSignal = defineSignal<[Submission]>('submit');
export const cancelSignal =
  defineSignal<[{ readonly nonce: string; readonly reason: string | null }]>('cancel');
export const checkUpdate = defineUpdate<CheckOutcome, [Submission]>('check');
export const resendUpdate = defineUpdate<VerificationState, [{ readonly nonce: string }]>('resend');
export const cancelUpdate = defineUpdate<VerificationState, [{ readonly nonce: string }]>('cancel');
