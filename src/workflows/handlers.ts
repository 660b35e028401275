import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { Refusal } from '../domain/errors';
import type { Verification } from '../domain/verification';
import { readAddressed, readCancelRequest, readSubmission, readDeliveryReport } from './incoming';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  stateQuery,
  submitSignal,
  deliveryReportSignal,
  type Addressed,
  type VerificationState,
} from './messages';

export interface HandlersOptions {
  readonly state: () => VerificationState;
  /** Sends one more message, and does not wait for it. */
  readonly resend: () => void;
}

/** What a verification answers to. An Update is refused by its validator, before it is written to the history. */
export function setHandlers(verification: Verification, { state, resend }: HandlersOptions): void {
  const { nonce } = verification.input;

  setHandler(stateQuery, state);

  setHandler(submitSignal, (message: unknown) => {
    const submission = readSubmission(message);
    if (submission?.nonce === nonce) verification.submit(submission.digits, submission.tags, Date.now());
  });
  setHandler(cancelSignal, (message: unknown) => {
    const request = readCancelRequest(message);
    if (request?.nonce === nonce) verification.cancel(Date.now(), request.reason);
  });
  setHandler(deliveryReportSignal, (message: unknown) => {
    const report = readDeliveryReport(message);
    if (report?.nonce === nonce) verification.deliveryReported(report, Date.now());
  });

  setHandler(
    checkUpdate,
    (message: unknown) => {
      const { digits, tags } = readSubmission(message) ?? { digits: 0, tags: [] };
      return { verified: verification.submit(digits, tags, Date.now()), tags, state: state() };
    },
    {
      validator: (message: unknown) => {
        const submission = readSubmission(message);
        refuse(
          strangerRefusal(submission) ?? verification.submitRefusal(submission?.digits ?? 0, Date.now()),
        );
      },
    },
  );
  setHandler(
    resendUpdate,
    () => {
      resend();
      return state();
    },
    {
      validator: (message: unknown) =>
        refuse(strangerRefusal(readAddressed(message)) ?? verification.resendRefusal(Date.now())),
    },
  );
  setHandler(
    cancelUpdate,
    () => {
      verification.cancel(Date.now());
      return state();
    },
    {
      validator: (message: unknown) =>
        refuse(strangerRefusal(readAddressed(message)) ?? verification.endedRefusal(Date.now())),
    },
  );

  /** An id whose nonce isn't ours was made up: to its holder this verification does not exist. */
  function strangerRefusal(message: Addressed | undefined): Refusal | undefined {
    return message?.nonce === nonce ? undefined : { code: 'not_found' };
  }
}

/** Rejects an Update before it is written to the history. The refusal travels in the failure's details. */
function refuse(refusal: Refusal | undefined): void {
  if (refusal)
    throw ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
}
