import type { SmsSandbox } from '../../sandbox';
import { OTHER_PHONE, PHONE, SENDER, SERVICE_SID, clientOf, closeAll, startSandbox } from './support';

let sandbox: SmsSandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(closeAll);

async function readInbox(number: string): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/inbox/${number}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  return answer.json();
}

test('the messages to a number are returned newest first, without credentials', async () => {
  const { messages } = clientOf(sandbox);
  const first = await messages.create({ to: PHONE, from: SENDER, body: 'first: 0068' });
  const second = await messages.create({ to: PHONE, from: SENDER, body: 'second: 2168' });
  await messages.create({ to: OTHER_PHONE, from: SENDER, body: 'for someone else' });

  const dateCreated = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  expect(await readInbox(PHONE)).toEqual([
    { sid: second.sid, to: PHONE, from: SENDER, body: 'second: 2168', dateCreated },
    { sid: first.sid, to: PHONE, from: SENDER, body: 'first: 0068', dateCreated },
  ]);
});

test('the plus sign may be percent-encoded', async () => {
  await clientOf(sandbox).messages.create({ to: PHONE, from: SENDER, body: 'hello' });
  const asItIs = await readInbox(PHONE);
  expect(asItIs).toHaveLength(1);
  expect(await readInbox(encodeURIComponent(PHONE))).toEqual(asItIs);
});

test('a message of a messaging service has its sender in the inbox', async () => {
  await clientOf(sandbox).messages.create({ to: PHONE, messagingServiceSid: SERVICE_SID, body: 'hello' });
  expect(await readInbox(PHONE)).toMatchObject([{ from: SENDER }]);
});

test.each(['+14255550199', 'nonsense'])('the inbox of %s is empty', async (number) => {
  expect(await readInbox(number)).toEqual([]);
});

test('GET /healthz answers 200', async () => {
  const answer = await fetch(`${sandbox.url}/healthz`);
  expect(answer.status).toBe(200);
});
