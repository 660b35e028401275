import { ApplicationFailure } from '@temporalio/activity';
import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { MessageSender } from '../../src/messaging/sender';
import { firstMessage, senderWithoutList, sendMessageWith } from '../support/send-activity';

beforeEach(() => void jest.useFakeTimers());

afterEach(() => void jest.useRealTimers());

/** Runs one try, without the time between its searches. `nothingSentUpToAttempt`: what the last try has recorded. */
async function runTry(
  { attempt, nothingSentUpToAttempt }: { attempt: number; nothingSentUpToAttempt?: number },
  find: MessageSender['find'] = async () => ({ result: 'absent' }),
) {
  const now = Date.now();
  const env = new MockActivityEnvironment(
    {
      ...defaultActivityInfo,
      workflowExecution: { workflowId: 'w', runId: 'r' },
      attempt,
      heartbeatDetails: nothingSentUpToAttempt === undefined ? undefined : { nothingSentUpToAttempt },
      scheduleToCloseTimeoutMs: 30_000,
      scheduledTimestampMs: now,
      currentAttemptScheduledTimestampMs: now,
    },
    { logger: new DefaultLogger('ERROR', () => {}) },
  );
  let recorded: unknown;
  env.on('heartbeat', (details: unknown) => void (recorded = details));
  let sends = 0;
  const sender = senderWithoutList(async () => {
    sends += 1;
    return { result: 'not_created', reason: 'HTTP 429', retryAfterMs: undefined };
  });
  const running: Promise<unknown> = env
    .run(sendMessageWith({ ...sender, find }), firstMessage())
    .catch((error: unknown) => (error instanceof ApplicationFailure ? error.type : error));
  await jest.advanceTimersByTimeAsync(30_000);
  return { result: await running, recorded, sends };
}

test.each([
  [{ attempt: 1 }, { nothingSentUpToAttempt: 1 }],
  [{ attempt: 2, nothingSentUpToAttempt: 1 }, { nothingSentUpToAttempt: 2 }],
])('the try %j, which sent nothing, records that no try has', async (info, recorded) => {
  expect(await runTry(info)).toEqual({ result: 'NothingSent', recorded, sends: 1 });
});

test.each([{ attempt: 2 }, { attempt: 3, nothingSentUpToAttempt: 1 }])(
  'the try %j, which sent nothing, does not record that, because an earlier one may have sent a message',
  async (info) => {
    const { result, recorded, sends } = await runTry(info);
    expect([result, sends]).toEqual(['NotCreated', 1]);
    expect(recorded).not.toEqual({ nothingSentUpToAttempt: info.attempt });
  },
);

test('without a list, a try sends only if no earlier one may have', async () => {
  const noList: MessageSender['find'] = async () => ({ result: 'unknown', reason: 'HTTP 500' });
  expect(await runTry({ attempt: 2, nothingSentUpToAttempt: 1 }, noList)).toMatchObject({ sends: 1 });
  expect(await runTry({ attempt: 2 }, noList)).toMatchObject({ result: 'DeliveryUnknown', sends: 0 });
});

test.each([
  [['unknown', 'unknown', 'unknown', 'absent'], 'NotCreated', 1],
  [['absent', 'absent', 'absent', 'unknown'], 'DeliveryUnknown', 0],
] as const)('the last of four searches decides: %j', async (searches, result, sends) => {
  let count = 0;
  const find: MessageSender['find'] = async () =>
    searches[count++] === 'absent' ? { result: 'absent' } : { result: 'unknown', reason: 'HTTP 500' };
  expect(await runTry({ attempt: 2 }, find)).toMatchObject({ result, sends });
  expect(count).toBe(4);
});

test('a message that the provider lists four seconds late is not sent again', async () => {
  const listedAt = performance.now() + 4_000;
  const find: MessageSender['find'] = async () =>
    performance.now() < listedAt ? { result: 'absent' } : { result: 'found', sid: 'SM1' };
  expect(await runTry({ attempt: 2 }, find)).toMatchObject({ result: { sid: 'SM1' }, sends: 0 });
});
