import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { rfc3339 } from '../domain/rfc3339';
import type { VerificationInput } from '../domain/types';
import { Verification } from '../domain/verification';
import { viewOf } from '../domain/verification-view';
import { createMetrics } from './metrics';
import { liveDetails } from './details';
import { setHandlers } from './handlers';
import { isReadableInput } from './incoming';
import type { VerificationResult, VerificationState } from './definitions';
import { recordEnd } from './search-attributes';
import { Sending } from './sending';

/** At most 3 were needed in any recorded history. The rest is a margin. */
const MAX_MICROTASKS = 10;

/**
 * Sends a message, waits until a right code arrives or the window closes, and returns the result. The rules are in
 * domain/verification.ts; the workflow adds timers, messages and activities. Each promise costs CPU time, because the
 * SDK records a stack trace for it.
 */
export async function phoneVerification(input: VerificationInput): Promise<VerificationResult> {
  if (!isReadableInput(input)) throw ApplicationFailure.nonRetryable("The input can't be read");
  let markSent = (): void => {};
  /** Not a Trigger: a cancel request would reject it. */
  const sent = new Promise<void>((resolve) => void (markSent = resolve));
  /** A cancel request, such as from the Web UI, cancels nothing in this scope: the run must end with a result. */
  const shielded = new CancellationScope({ cancellable: false });
  /** The window's timer and the activities run in it. It is canceled when the verification ends. */
  const whileOpen = new CancellationScope({ cancellable: true, parent: shielded });
  const sending = new Sending();
  const startedAt = workflowInfo().startTime.getTime();
  const metrics = createMetrics(input, startedAt);
  const verification = new Verification(input, startedAt, (changed) => {
    setCurrentDetails(liveDetails(changed));
    metrics.changed(changed);
    sending.stopIfSettled(changed);
    if (changed.status !== 'sending') markSent();
    if (changed.hasEnded) whileOpen.cancel();
  });
  verification.failIfTooLate(Date.now());
  metrics.started(Date.now());
  setHandlers(verification, {
    state: () => stateOf(verification),
    resend: (wording = input.wording) => sending.start(verification, wording, whileOpen),
  });
  CancellationScope.current().cancelRequested.catch(() => verification.cancel(Date.now()));

  if (!verification.hasEnded) sending.start(verification, input.wording, whileOpen);
  // The second promise keeps the order of commands that recorded histories have.
  await sent.then(() => true);

  const windowMs = verification.windowLeftMs(Date.now());
  const summary = `The window of ${input.policy.windowMs / 1000} s closes`;
  if (windowMs > 0) await whileOpen.run(() => sleep(windowMs, { summary })).catch(ignoreCancellation);
  verification.close();
  // Now, and not when the run closes: an unsuccessful run stays open for up to two seconds more.
  recordEnd(verification);

  const delayMs = verification.stayOpenMs(Date.now());
  const staySummary = 'Stays open until no start can use an older ledger';
  if (delayMs > 0) await shielded.run(() => sleep(delayMs, { summary: staySummary }));
  if (!allHandlersFinished()) await handlersFinished();
  return { ...stateOf(verification), ledger: verification.ledger() };
}

/**
 * Waits until the SDK has marked all handlers as finished, a few microtasks after a handler returns. Waiting for these
 * microtasks avoids one more call into the sandbox, which `condition` needs. If they are not enough, `condition` waits.
 */
async function handlersFinished(): Promise<void> {
  const resolved = Promise.resolve();
  for (let i = 0; i < MAX_MICROTASKS && !allHandlersFinished(); i++) await resolved;
  if (!allHandlersFinished()) await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}

function stateOf(verification: Verification): VerificationState {
  const { inFlight, acceptedIndexes, failed } = verification.messages;
  const { nonce, tenantId } = verification.input;
  return {
    nonce,
    tenantId,
    ...viewOf(verification),
    messageInFlightSince: inFlight ? rfc3339(inFlight.requestedAt) : null,
    acceptedMessages: acceptedIndexes,
    ...(failed.length > 0 && { failedMessages: failed }),
  };
}
