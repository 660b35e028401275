import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { Refusal } from '../domain/refusals';
import type { Verification } from '../domain/verification';
import { readCancelRequest, readFromTenant, readSubmission, readDeliveryReport } from './incoming';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  stateQuery,
  submitSignal,
  deliveryReportSignal,
  type FromTenant,
  type VerificationState,
} from './messages';

export interface HandlersOptions {
  readonly state: () => VerificationState;
  /** Sends one more message, and does not wait for it. */
  readonly resend: () => void;
}

/** What a verification answers to. An Update is refused by its validator, before it is written to the history. */
export function setHandlers(verification: Verification, { state, resend }: HandlersOptions): void {
  const { nonce, tenantId } = verification.input;

  setHandler(stateQuery, state);

  setHandler(submitSignal, (message: unknown) => {
    const submission = readSubmission(message);
    if (isOurs(submission)) verification.submit(submission.digits, submission.tags, Date.now());
  });
  setHandler(cancelSignal, (message: unknown) => {
    const request = readCancelRequest(message);
    if (isOurs(request)) verification.cancel(Date.now(), request.reason);
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
        refuse(strangerRefusal(readFromTenant(message)) ?? verification.resendRefusal(Date.now())),
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
        refuse(strangerRefusal(readFromTenant(message)) ?? verification.endedRefusal(Date.now())),
    },
  );

  /** An id with another nonce was made up, and another tenant must not learn that this verification exists. */
  function strangerRefusal(message: FromTenant | undefined): Refusal | undefined {
    return isOurs(message) ? undefined : { code: 'not_found' };
  }

  function isOurs<Message extends FromTenant>(message: Message | undefined): message is Message {
    return message?.nonce === nonce && message.tenantId === tenantId;
  }
}

/** Rejects an Update before it is written to the history. The refusal travels in the failure's details. */
function refuse(refusal: Refusal | undefined): void {
  if (refusal)
    throw ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
}
