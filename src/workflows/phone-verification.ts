import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ownDeliveryErrors, type Refusal } from '../domain/errors';
import { SEND_DEADLINE_MS } from '../domain/policy';
import type { VerificationInput } from '../domain/types';
import { Verification } from '../domain/verification';
import { liveDetails } from './details';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  stateQuery,
  submitSignal,
  type VerificationState,
} from './messages';

/** One text, one window, a few attempts. The rules are in domain/verification; this says when. */
export async function phoneVerification(input: VerificationInput): Promise<VerificationState> {
  const { nonce, policy } = input;
  const verification = new Verification(input, workflowInfo().startTime.getTime(), (changed) =>
    setCurrentDetails(liveDetails(changed)),
  );
  verification.refuseLateStart(Date.now());
  const state = (): VerificationState => ({ nonce, ...verification.view() });
  const texting = new CancellationScope();

  setHandler(stateQuery, state);
  setHandler(submitSignal, (submission) => {
    if (submission.nonce === nonce) verification.submit(submission.tags, Date.now());
  });
  setHandler(cancelSignal, (request) => {
    if (request.nonce === nonce) verification.cancel(Date.now(), request.reason);
  });
  setHandler(
    checkUpdate,
    ({ tags }) => ({ verified: verification.submit(tags, Date.now()), tags, state: state() }),
    { validator: (submission) => refuse(stranger(submission) ?? verification.endedRefusal(Date.now())) },
  );
  setHandler(
    resendUpdate,
    () => {
      void sendText();
      return state();
    },
    { validator: (request) => refuse(stranger(request) ?? verification.resendRefusal(Date.now())) },
  );
  setHandler(
    cancelUpdate,
    () => {
      verification.cancel(Date.now());
      return state();
    },
    { validator: (request) => refuse(stranger(request) ?? verification.endedRefusal(Date.now())) },
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
    texting.cancel();

    await condition(allHandlersFinished);
    return state();
  });

  /** A text that fails for good is an outcome, not an exception: only the first one ends the verification. */
  async function sendText(): Promise<void> {
    verification.textRequested(Date.now());
    const again = verification.texts.length > 1;
    const { sendSms } = proxyActivities<Activities>({
      summary: again ? 'Text the same code again' : 'Text the code',
      startToCloseTimeout: '10s',
      scheduleToCloseTimeout: SEND_DEADLINE_MS,
      retry: { maximumAttempts: 1 },
    });
    try {
      const outcome = await texting.run(() =>
        sendSms({
          phoneNumber: input.phoneNumber,
          nonce,
          keyId: input.keyId,
          codeLength: policy.codeLength,
          validityMs: verification.windowLeftMs(Date.now()),
        }),
      );
      verification.textSettled(outcome, Date.now());
    } catch (error) {
      if (isCancellation(error)) return;
      verification.textSettled({ outcome: 'failed', error: ownDeliveryErrors.delivery_unknown }, Date.now());
    }
  }

  /** An id whose nonce isn't ours was made up: to its holder this verification does not exist. */
  function stranger(message: { readonly nonce: string }): Refusal | undefined {
    return message.nonce === nonce ? undefined : { code: 'not_found' };
  }
}

/** Rejects an Update before it is written to the history. The refusal travels in the failure's details. */
function refuse(refusal: Refusal | undefined): void {
  if (refusal)
    throw ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
}
