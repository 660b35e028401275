import { CancellationScope, isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ownDeliveryErrors } from '../domain/delivery-errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { SendOutcome, WordingChoice } from '../domain/types';
import type { Verification } from '../domain/verification';
import { readSendOutcome } from './incoming';

const DELIVERY_UNKNOWN: SendOutcome = { outcome: 'failed', error: ownDeliveryErrors.delivery_unknown };

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
    void activity
      .run(() => runSendActivity(verification, wording))
      .then(
        (outcome) => this.#settle(verification, readSendOutcome(outcome) ?? DELIVERY_UNKNOWN),
        (error: unknown) => {
          if (!isCancellation(error)) this.#settle(verification, DELIVERY_UNKNOWN);
        },
      );
  }

  /** To be called after each change: cancels the activity if a delivery report has settled its message. */
  stopIfSettled(verification: Verification): void {
    if (!this.#activity || verification.messages.inFlight) return;
    this.#activity.cancel();
    this.#activity = undefined;
  }

  #settle(verification: Verification, outcome: SendOutcome): void {
    this.#activity = undefined;
    verification.messageSettled(outcome, Date.now());
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
