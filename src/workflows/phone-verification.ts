import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ownDeliveryErrors } from '../domain/delivery-errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import { rfc3339 } from '../domain/rfc3339';
import { isFinal, type SendOutcome, type VerificationInput } from '../domain/types';
import { Verification } from '../domain/verification';
import { createMetrics } from './metrics';
import { liveDetails } from './details';
import { setHandlers } from './handlers';
import { isReadableInput } from './incoming';
import type { VerificationResult, VerificationState } from './messages';

const DELIVERY_UNKNOWN: SendOutcome = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown };

/** One message, one window, a few attempts. The rules are in domain/verification; this says when. */
export async function phoneVerification(input: VerificationInput): Promise<VerificationResult> {
  if (!isReadableInput(input)) throw ApplicationFailure.nonRetryable('The input can not be read');
  const verification = new Verification(input, workflowInfo().startTime.getTime(), (changed) =>
    setCurrentDetails(liveDetails(changed)),
  );
  verification.failIfTooLate(Date.now());
  const conversion = createMetrics(input);
  conversion.started();
  setHandlers(verification, {
    state: () => stateOf(verification),
    // Handlers run outside the scope below: a cancel request must not end this by a rejection that nobody hears.
    resend: () => void CancellationScope.nonCancellable(() => sendText(verification)),
  });
  // A cancel request, as the Web UI's button makes it, is one more way to end: caught, so that a result is written.
  CancellationScope.current().cancelRequested.catch(() => verification.cancel(Date.now()));

  return CancellationScope.nonCancellable(async () => {
    if (!verification.hasEnded) void sendText(verification);
    await condition(() => verification.status !== 'sending');

    const windowMs = verification.windowLeftMs(Date.now());
    const summary = `The window of ${input.policy.windowMs / 1000} s closes`;
    if (windowMs > 0) await condition(() => verification.hasEnded, windowMs, { summary });
    verification.close();

    const delayMs = verification.stayOpenMs(Date.now());
    if (delayMs > 0) await sleep(delayMs, { summary: 'Stays open until no older ledger can count' });
    await condition(allHandlersFinished);
    if (isFinal(verification.status)) conversion.ended(verification.status);
    return { ...stateOf(verification), ledger: verification.ledger() };
  });
}

/** Ends when the message is settled, by its activity or by a report, or when nobody needs it any more. */
async function sendText(verification: Verification): Promise<void> {
  verification.messageRequested(Date.now());
  if (verification.input.testNumber === true) return settleWithoutText(verification);
  const message = verification.messages.inFlight;
  const sending = new CancellationScope();
  void sending
    .run(() => deliver(verification))
    .then(
      (outcome) => verification.messageSettled(outcome, Date.now()),
      (error: unknown) => {
        if (!isCancellation(error)) verification.messageSettled(DELIVERY_UNKNOWN, Date.now());
      },
    );
  await condition(() => verification.hasEnded || verification.messages.inFlight !== message);
  sending.cancel();
}

/** A test number's code is known without a message: the window opens at once. */
function settleWithoutText(verification: Verification): void {
  verification.messageSettled({ outcome: 'not_sent', acceptedAt: Date.now() }, Date.now());
}

function deliver(verification: Verification): Promise<SendOutcome> {
  const { input, messages } = verification;
  const { sendMessage } = proxyActivities<Activities>({
    summary: messages.all.length > 1 ? 'Text the same code again' : 'Text the code',
    scheduleToCloseTimeout: SEND_DEADLINE_MS,
    startToCloseTimeout: '15s',
    cancellationType: 'TRY_CANCEL',
    // A dead worker is noticed by its missing heartbeats: a person is waiting.
    heartbeatTimeout: '3s',
    retry: { initialInterval: '500ms', maximumInterval: '4s' },
  });
  return sendMessage({
    tenantId: input.tenantId,
    channel: input.channel,
    phoneNumber: input.phoneNumber,
    nonce: input.nonce,
    keyId: input.keyId,
    codeLength: input.policy.codeLength,
    validityMs: verification.windowLeftMs(Date.now()),
    startedAt: workflowInfo().startTime.getTime(),
    knownSids: messages.acceptedSids,
  });
}

function stateOf(verification: Verification): VerificationState {
  const { inFlight } = verification.messages;
  const { nonce, tenantId } = verification.input;
  return {
    nonce,
    tenantId,
    ...verification.view(),
    messageInFlightSince: inFlight ? rfc3339(inFlight.requestedAt) : null,
  };
}
