import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { SendResult } from '../../src/messaging/sender';
import { firstMessage, senderWithoutList, sendMessageWith } from '../support/send-activity';

/** Runs a try whose earlier try had an unknown outcome. Returns the possible duplicates that it counts. */
async function duplicatesCounted(sent: SendResult): Promise<number> {
  let duplicates = 0;
  const createCounter: MetricMeter['createCounter'] = (name) => {
    const counter = noopMetricMeter.createCounter(name);
    const add = (value: number) => {
      if (name === 'phone_verification_possible_duplicate_messages') duplicates += value;
    };
    return Object.assign(Object.create(counter) as typeof counter, { add });
  };
  const metricMeter = Object.assign(Object.create(noopMetricMeter) as MetricMeter, { createCounter });
  const env = new MockActivityEnvironment(
    {
      ...defaultActivityInfo,
      workflowExecution: { workflowId: 'w', runId: 'r' },
      attempt: 2,
      scheduleToCloseTimeoutMs: 30_000,
      scheduledTimestampMs: Date.now(),
      currentAttemptScheduledTimestampMs: Date.now(),
    },
    { metricMeter, logger: new DefaultLogger('ERROR') },
  );
  const sendMessage = sendMessageWith(senderWithoutList(async () => sent));
  await env.run(sendMessage, firstMessage()).catch(() => undefined);
  return duplicates;
}

test.concurrent.each<[counted: number, SendResult]>([
  [1, { result: 'accepted', sid: 'SM1' }],
  [1, { result: 'unknown', reason: 'HTTP 500' }],
  [0, { result: 'not_created', reason: 'HTTP 429', retryAfterMs: undefined }],
  [0, { result: 'refused', error: { code: '21211', message: 'No.' }, advice: undefined }],
])(
  'after an unknown outcome, %i possible duplicates are counted if the next try is %j',
  async (counted, sent) => {
    expect(await duplicatesCounted(sent)).toBe(counted);
  },
);
