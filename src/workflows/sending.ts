import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { NOTHING_SENT, ownDeliveryErrors } from '../domain/delivery-errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { SendOutcome, WordingChoice } from '../domain/types';
import type { Verification } from '../domain/verification';
import { readSendOutcome } from './incoming';

/**
 * How far the provider's clock may be behind the server's. Used only if an earlier message of this verification could be
 * taken for this one.
 */
const SEARCH_TOLERANCE_MS = 5_000;

/** Sends the messages of a verification, at most one at a time. */
export class Sending {
  /** The scope of the activity that sends the message in flight. */
  #activity: CancellationScope | undefined;

  /** Starts to send a message. `whileOpen`: the activity is cancelled with this scope. */
  start(verification: Verification, wording: WordingChoice | undefined, whileOpen: CancellationScope): void {
    verification.messageRequested(Date.now());
    // A test number gets no message: the window opens at once.
    if (verification.input.testNumber === true) {
      verification.messageSettled({ outcome: 'not_sent', acceptedAt: Date.now() }, Date.now());
      return;
    }
    const activity = new CancellationScope({ cancellable: true, parent: whileOpen });
    this.#activity = activity;
    const settle = (outcome: SendOutcome): void => {
      // A report has settled this message already. Another one may be in flight: a result can come after a cancel.
      if (this.#activity !== activity) return;
      this.#activity = undefined;
      verification.messageSettled(outcome, Date.now());
    };
    void activity
      .run(() => runSendActivity(verification, wording))
      .then(
        (outcome) => settle(readSendOutcome(outcome) ?? unknownOutcome(false)),
        (error: unknown) => {
          // Anyone who can write to the namespace can also report a cancellation that nobody requested.
          const isCanceledAtEnd = isCancellation(error) && verification.hasEnded;
          if (!isCanceledAtEnd) settle(unknownOutcome(isNothingSent(error)));
        },
      );
  }

  /** To be called after each change: cancels the activity if a delivery report has settled its message. */
  stopIfSettled(verification: Verification): void {
    if (!this.#activity || verification.messages.inFlight) return;
    this.#activity.cancel();
    this.#activity = undefined;
  }
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
    // The maximum does not limit a delay that a failure asks for.
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
    messageIndex: messages.all.length - 1,
    ...(messages.mayHaveUnknownSids && { notCreatedBefore: Date.now() - SEARCH_TOLERANCE_MS }),
    knownSids: messages.acceptedSids,
  });
}

function unknownOutcome(nothingSent: boolean): SendOutcome {
  return { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown, nothingSent };
}

/** Whether the activity failed, and each of its tries knew that it had created no message. */
function isNothingSent(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === NOTHING_SENT;
}
