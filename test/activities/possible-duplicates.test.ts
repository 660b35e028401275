import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createSendMessage, type SendMessageRequest } from '../../src/activities/send-message';
import type { MessageSender, SendResult } from '../../src/messaging/sender';
import { createWording } from '../../src/messaging/wording';
import { testKeyRing } from '../support/service';

const request: SendMessageRequest = {
  tenantId: 'default',
  channel: 'sms',
  phoneNumber: '+14255550123',
  nonce: 'nonce',
  keyId: 'k1',
  codeLength: 4,
  validityMs: 90_000,
  startedAt: Date.now(),
  knownSids: [],
};

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
  const sender: MessageSender = {
    maxCallMs: 6_000,
    send: async () => sent,
    find: async () => ({ result: 'absent' }),
    checkAccess: async () => ({ result: 'granted' }),
  };
  const sendMessage = createSendMessage({
    keyRing: testKeyRing,
    senders: { sms: sender },
    tenantMessaging: (id) => ({ id, wording: createWording({ sentence: '{code}' }), sender: { from: '+1' } }),
    reportUrl: () => undefined,
  });
  await env.run(sendMessage, request).catch(() => undefined);
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
