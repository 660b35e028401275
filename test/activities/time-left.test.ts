import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { firstMessage, senderWithoutList, sendMessageWith } from '../support/send-activity';

/** Runs a try of a resend. Returns the seconds for which the message is valid. */
async function validSeconds({ aheadMs, sinceFirstTryMs }: { aheadMs: number; sinceFirstTryMs: number }) {
  const now = Date.now() - aheadMs;
  const workflowExecution = { workflowId: 'w', runId: 'r' };
  const env = new MockActivityEnvironment({
    ...defaultActivityInfo,
    workflowExecution,
    attempt: sinceFirstTryMs > 0 ? 2 : 1,
    scheduleToCloseTimeoutMs: 30_000,
    scheduledTimestampMs: now - sinceFirstTryMs,
    currentAttemptScheduledTimestampMs: now,
    heartbeatDetails: { nothingSentUpToAttempt: 1 },
  });
  let validityMs = NaN;
  const sender = senderWithoutList(async (message) => {
    ({ validityMs } = message);
    return { result: 'accepted', sid: 'SM2' };
  });
  const sendMessage = sendMessageWith(sender);
  const request = {
    ...firstMessage(),
    validityMs: 16_000,
    startedAt: now - 5_000,
    messageIndex: 1,
    knownSids: ['SM1'],
  };
  await env.run(sendMessage, request);
  return Math.round(validityMs / 1000);
}

test.each([0, 20_000, -20_000])(
  'a resend is valid until its window ends, also if the clock of the worker is %i ms ahead',
  async (aheadMs) => {
    expect(await validSeconds({ aheadMs, sinceFirstTryMs: 0 })).toBe(16);
    expect(await validSeconds({ aheadMs, sinceFirstTryMs: 3_000 })).toBe(13);
  },
);
