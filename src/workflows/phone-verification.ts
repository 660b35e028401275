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
import { isFinal, type SendOutcome, type VerificationInput, type WordingChoice } from '../domain/types';
import { Verification } from '../domain/verification';
import { viewOf } from '../domain/verification-view';
import { createMetrics } from './metrics';
import { liveDetails } from './details';
import { setHandlers } from './handlers';
import { isReadableInput, readSendOutcome } from './incoming';
import type { VerificationResult, VerificationState } from './messages';
import { recordEnd } from './search-attributes';

const DELIVERY_UNKNOWN: SendOutcome = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown };

/**
 * Sends a message, waits until a right code arrives or the window closes, and returns the result. The rules are in
 * domain/verification.ts; the workflow adds timers, messages and activities.
 */
export async function phoneVerification(input: VerificationInput): Promise<VerificationResult> {
  if (!isReadableInput(input)) throw ApplicationFailure.nonRetryable("The input can't be read");
  const startedAt = workflowInfo().startTime.getTime();
  const metrics = createMetrics(input, startedAt);
  const verification = new Verification(input, startedAt, (changed) => {
    setCurrentDetails(liveDetails(changed));
    metrics.changed(changed);
  });
  verification.failIfTooLate(Date.now());
  metrics.started(Date.now());
  setHandlers(verification, {
    state: () => stateOf(verification),
    // Handlers run outside the scope below. A cancel request must not stop them with an unhandled rejection.
    resend: (wording) => void CancellationScope.nonCancellable(() => sendMessage(verification, wording)),
  });
  // A cancel request, such as from the Web UI, cancels the verification. It is caught so that the run has a result.
  CancellationScope.current().cancelRequested.catch(() => verification.cancel(Date.now()));

  return CancellationScope.nonCancellable(async () => {
    if (!verification.hasEnded) void sendMessage(verification);
    await condition(() => verification.status !== 'sending');

    const windowMs = verification.windowLeftMs(Date.now());
    const summary = `The window of ${input.policy.windowMs / 1000} s closes`;
    if (windowMs > 0) await condition(() => verification.hasEnded, windowMs, { summary });
    verification.close();
    // Now, and not when the run closes: an unsuccessful run stays open for up to two seconds more.
    recordEnd(verification);

    const delayMs = verification.stayOpenMs(Date.now());
    if (delayMs > 0) await sleep(delayMs, { summary: 'Stays open until no start can use an older ledger' });
    await condition(allHandlersFinished);
    if (isFinal(verification.status)) metrics.ended(verification.status, verification);
    return { ...stateOf(verification), ledger: verification.ledger() };
  });
}

/** Sends a message. Ends when the activity or a delivery report settles it, or when the verification ends. */
async function sendMessage(verification: Verification, wording = verification.input.wording): Promise<void> {
  verification.messageRequested(Date.now());
  if (verification.input.testNumber === true) return settleWithoutMessage(verification);
  const message = verification.messages.inFlight;
  const sending = new CancellationScope();
  void sending
    .run(() => runSendActivity(verification, wording))
    .then(
      (outcome) => verification.messageSettled(readSendOutcome(outcome) ?? DELIVERY_UNKNOWN, Date.now()),
      (error: unknown) => {
        if (!isCancellation(error)) verification.messageSettled(DELIVERY_UNKNOWN, Date.now());
      },
    );
  await condition(() => verification.hasEnded || verification.messages.inFlight !== message);
  sending.cancel();
}

/** A test number gets no message: the window opens at once. */
function settleWithoutMessage(verification: Verification): void {
  verification.messageSettled({ outcome: 'not_sent', acceptedAt: Date.now() }, Date.now());
}

function runSendActivity(
  verification: Verification,
  wording: WordingChoice | undefined,
): Promise<SendOutcome> {
  const { input, messages } = verification;
  const activities = proxyActivities<Activities>({
    summary: messages.all.length > 1 ? 'Send the same code again' : 'Send the code',
    scheduleToCloseTimeout: SEND_DEADLINE_MS,
    startToCloseTimeout: '15s',
    cancellationType: 'TRY_CANCEL',
    // Missing heartbeats reveal a dead worker. The time-out is short because a person is waiting.
    heartbeatTimeout: '3s',
    retry: { initialInterval: '500ms', maximumInterval: '4s' },
  });
  return activities.sendMessage({
    tenantId: input.tenantId,
    channel: input.channel,
    phoneNumber: input.phoneNumber,
    nonce: input.nonce,
    keyId: input.keyId,
    codeLength: input.policy.codeLength,
    codeOffset: input.codeOffset,
    wording,
    validityMs: verification.windowLeftMs(Date.now()),
    startedAt: workflowInfo().startTime.getTime(),
    knownSids: messages.acceptedSids,
  });
}

function stateOf(verification: Verification): VerificationState {
  const { inFlight, acceptedIndexes } = verification.messages;
  const { nonce, tenantId } = verification.input;
  return {
    nonce,
    tenantId,
    ...viewOf(verification),
    messageInFlightSince: inFlight ? rfc3339(inFlight.requestedAt) : null,
    acceptedMessages: acceptedIndexes,
  };
}
