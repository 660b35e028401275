import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ownDeliveryErrors, type Refusal } from '../domain/errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import { isFinal, type SendOutcome, type VerificationInput } from '../domain/types';
import { rfc3339, Verification } from '../domain/verification';
import { createConversion } from './conversion';
import { liveDetails } from './details';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  stateQuery,
  submitSignal,
  textReportSignal,
  type Addressed,
  type Submission,
  type VerificationResult,
  type VerificationState,
} from './messages';

const UNDELIVERED: SendOutcome = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown };

/** One text, one window, a few attempts. The rules are in domain/verification; this says when. */
export async function phoneVerification(input: VerificationInput): Promise<VerificationResult> {
  const { nonce, policy } = input;
  const verification = new Verification(input, workflowInfo().startTime.getTime(), (changed) =>
    setCurrentDetails(liveDetails(changed)),
  );
  verification.refuseLateStart(Date.now());
  const conversion = createConversion(input);
  conversion.started();
  const state = (): VerificationState => ({
    nonce,
    ...verification.view(),
    textInFlightSince: inFlightSince(verification),
  });

  setHandler(stateQuery, state);
  setHandler(submitSignal, (submission) => {
    if (submission.nonce === nonce) verification.submit(submission.tags, Date.now());
  });
  setHandler(cancelSignal, (request) => {
    if (request.nonce === nonce) verification.cancel(Date.now(), request.reason);
  });
  setHandler(textReportSignal, (report) => {
    if (report.nonce === nonce) verification.textReported(report, Date.now());
  });
  setHandler(
    checkUpdate,
    ({ tags }) => ({ verified: verification.submit(tags, Date.now()), tags, state: state() }),
    {
      validator: (submission: Submission) =>
        refuse(stranger(submission) ?? verification.endedRefusal(Date.now())),
    },
  );
  setHandler(
    resendUpdate,
    () => {
      // Handlers run outside the scope below: a cancel request must not end this by a rejection that nobody hears.
      void CancellationScope.nonCancellable(sendText);
      return state();
    },
    {
      validator: (request: Addressed) => refuse(stranger(request) ?? verification.resendRefusal(Date.now())),
    },
  );
  setHandler(
    cancelUpdate,
    () => {
      verification.cancel(Date.now());
      return state();
    },
    { validator: (request: Addressed) => refuse(stranger(request) ?? verification.endedRefusal(Date.now())) },
  );
  // A cancel request, as the Web UI's button makes it, is one more way to end: caught, so that a result is written.
  CancellationScope.current().cancelRequested.catch(() => verification.cancel(Date.now()));

  return CancellationScope.nonCancellable(async () => {
    if (!verification.ended) void sendText();
    await condition(() => verification.status !== 'sending');

    const windowMs = verification.windowLeftMs(Date.now());
    const summary = `The window of ${policy.windowMs / 1000} s closes`;
    if (windowMs > 0) await condition(() => verification.ended, windowMs, { summary });
    verification.close();

    const delayMs = verification.closingDelayMs(Date.now());
    if (delayMs > 0) await sleep(delayMs, { summary: 'Stays open until no older ledger can count' });
    await condition(allHandlersFinished);
    if (isFinal(verification.status)) conversion.ended(verification.status);
    return { ...state(), ledger: verification.ledger() };
  });

  /** Ends when the text is settled, by its activity or by a report, or when nobody needs it any more. */
  async function sendText(): Promise<void> {
    verification.textRequested(Date.now());
    if (input.testNumber === true) return verification.textSettled(notTexted(Date.now()), Date.now());
    const text = verification.texts.inFlight;
    const sending = new CancellationScope();
    void sending.run(deliver).then(
      (outcome) => verification.textSettled(outcome, Date.now()),
      (error: unknown) => {
        if (!isCancellation(error)) verification.textSettled(UNDELIVERED, Date.now());
      },
    );
    await condition(() => verification.ended || verification.texts.inFlight !== text);
    sending.cancel();
  }

  function deliver(): Promise<SendOutcome> {
    const { sendSms } = proxyActivities<Activities>({
      summary: verification.texts.all.length > 1 ? 'Text the same code again' : 'Text the code',
      scheduleToCloseTimeout: SEND_DEADLINE_MS,
      startToCloseTimeout: '15s',
      cancellationType: 'TRY_CANCEL',
      // A dead worker is noticed by its missing heartbeats: a person is waiting.
      heartbeatTimeout: '3s',
      retry: { initialInterval: '500ms', maximumInterval: '4s' },
    });
    return sendSms({
      phoneNumber: input.phoneNumber,
      nonce,
      keyId: input.keyId,
      codeLength: policy.codeLength,
      validityMs: verification.windowLeftMs(Date.now()),
      startedAt: workflowInfo().startTime.getTime(),
      knownSids: verification.texts.acceptedSids,
    });
  }

  /** An id whose nonce isn't ours was made up: to its holder this verification does not exist. */
  function stranger(message: Addressed): Refusal | undefined {
    return message.nonce === nonce ? undefined : { code: 'not_found' };
  }
}

/** Its code is known without a text: the window opens at once. */
function notTexted(acceptedAt: number): SendOutcome {
  return { outcome: 'not_texted', acceptedAt };
}

/** Rejects an Update before it is written to the history. The refusal travels in the failure's details. */
function refuse(refusal: Refusal | undefined): void {
  if (refusal)
    throw ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
}

function inFlightSince({ texts }: Verification): string | null {
  return texts.inFlight ? rfc3339(texts.inFlight.requestedAt) : null;
}
