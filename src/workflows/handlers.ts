import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { Refusal } from '../domain/refusals';
import type { WordingChoice } from '../domain/types';
import type { Verification } from '../domain/verification';
import {
  readCancelRequest,
  readDeliveryReport,
  readFromTenant,
  readResendRequest,
  readSubmission,
} from './incoming';
import {
  approveUpdate,
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  stateQuery,
  submitSignal,
  deliveryReportSignal,
  type FromTenant,
  type ResendRequest,
  type VerificationState,
} from './definitions';

/** In place of a submission that can't be read. The validator refuses it. */
const UNREADABLE = { digits: 0, tags: [] };

export interface HandlersOptions {
  readonly state: () => VerificationState;
  /** Starts to send another message, without waiting for it. Without `wording`, it has the start's. */
  readonly resend: (wording: WordingChoice | undefined) => void;
}

/** Sets the handlers of all messages to the workflow. A refused Update is not written to the history. */
export function setHandlers(verification: Verification, { state, resend }: HandlersOptions): void {
  const { nonce, tenantId } = verification.input;

  setHandler(stateQuery, state);

  setHandler(submitSignal, (message: unknown) => {
    const submission = readSubmission(message);
    if (isForThisRun(submission)) verification.submit(submission.digits, submission.tags, Date.now());
  });
  setHandler(cancelSignal, (message: unknown) => {
    const request = readCancelRequest(message);
    if (isForThisRun(request)) verification.cancel(Date.now(), request.reason);
  });
  setHandler(deliveryReportSignal, (message: unknown) => {
    const report = readDeliveryReport(message);
    if (report?.nonce === nonce) verification.deliveryReported(report, Date.now());
  });

  setHandler(
    checkUpdate,
    (message: unknown) => {
      const { digits, tags } = readSubmission(message) ?? UNREADABLE;
      return { verified: verification.submit(digits, tags, Date.now()), tags, state: state() };
    },
    {
      validator: (message: unknown) => {
        const submission = readSubmission(message);
        const { digits } = submission ?? UNREADABLE;
        throwRefusal(notFoundRefusal(submission) ?? verification.submitRefusal(digits, Date.now()));
      },
    },
  );
  setHandler(
    resendUpdate,
    (message: unknown) => {
      const request = readResendRequest(message);
      const isMessageRequested = !joinsFirstMessage(request);
      if (isMessageRequested) resend(request?.wording);
      return {
        ...state(),
        ...(request?.request && { answered: { ...request.request, isMessageRequested } }),
      };
    },
    {
      validator: (message: unknown) => {
        const request = readResendRequest(message);
        throwRefusal(notFoundRefusal(request) ?? resendRefusal(request));
      },
    },
  );
  const whileOpen = {
    validator: (message: unknown) =>
      throwRefusal(notFoundRefusal(readFromTenant(message)) ?? verification.endedRefusal(Date.now())),
  };
  setHandler(
    cancelUpdate,
    () => {
      verification.cancel(Date.now());
      return state();
    },
    whileOpen,
  );
  setHandler(
    approveUpdate,
    () => {
      verification.approve(Date.now());
      return state();
    },
    whileOpen,
  );

  /** Whether the request is accepted without a message of its own. */
  function joinsFirstMessage(request: ResendRequest | undefined): boolean {
    return request?.joins === true && verification.status === 'sending';
  }

  function resendRefusal(request: ResendRequest | undefined): Refusal | undefined {
    if (joinsFirstMessage(request)) return undefined;
    const now = Date.now();
    const limited: Refusal | undefined = request?.onlyRepeat === true ? { code: 'rate_limited' } : undefined;
    return verification.endedRefusal(now) ?? limited ?? verification.resendRefusal(now);
  }

  /** Refuses a wrong nonce, and another tenant, which must not learn that this verification exists. */
  function notFoundRefusal(message: FromTenant | undefined): Refusal | undefined {
    return isForThisRun(message) ? undefined : { code: 'not_found' };
  }

  function isForThisRun<Message extends FromTenant>(message: Message | undefined): message is Message {
    return message?.nonce === nonce && message.tenantId === tenantId;
  }
}

/** Rejects an Update in its validator if there is a refusal, which is sent in the failure's details. */
function throwRefusal(refusal: Refusal | undefined): void {
  if (refusal)
    throw ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
}
