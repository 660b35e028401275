import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, startService, uniquePhoneNumber, type Service } from '../../support/service';

// A process that restarts with other rules still applies the old rules to older verifications.

let server: DevServer;
let before: Service;
let after: Service;

beforeAll(async () => {
  server = await connectDevServer();
  before = await startService({ ...server, policy: { codeLength: 6, windowMs: 600_000 } });
  after = await startService({ ...server, policy: { codeLength: 4, windowMs: 5_000 }, withWorker: false });
});

afterAll(async () => {
  await before.stop();
  await after.stop();
  await server.close();
});

function post(url: string, payload: string | object) {
  return after.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${API_KEYS[0]}`, 'content-type': 'application/json' },
    payload,
  });
}

const check = (id: string, code: string) => post(`/verifications/${id}/check`, { code });

async function attemptsRemaining(id: string): Promise<number> {
  return (await after.verifications.get(id)).attemptsRemaining;
}

test('a code must have the length that was configured when its verification started', async () => {
  const { id, code } = await before.startAndReceive();
  const short = await check(id, '1234');
  expect(short.statusCode).toBe(400);
  expect(short.json()).toMatchObject({
    code: 'invalid_code',
    detail: 'The code has 6 digits. No attempt was used.',
  });
  expect((await post(`/verifications/${id}/signal`, { code: '1234' })).statusCode).toBe(400);
  expect(await attemptsRemaining(id)).toBe(4);
  expect((await check(id, code)).json()).toMatchObject({ verified: true });
});

test('an event’s code is padded to the length of the verification’s code', async () => {
  const { id, code } = await before.startAndReceive();
  const event = (body: string) =>
    post(`/runtime/webhooks/durabletask/instances/${id}/raiseEvent/SmsChallengeResponse`, body);
  expect((await event('1234567')).statusCode).toBe(400);
  expect(await attemptsRemaining(id)).toBe(4);
  expect((await event(String(Number(code)))).statusCode).toBe(202);
  const ended = { waitMs: 60_000, signal: new AbortController().signal };
  expect(await after.verifications.waitForEnd(id, ended)).toMatchObject({
    verification: { status: 'verified' },
  });
});

test('without a worker, the code length is read from the memo', async () => {
  await before.stopWorker();
  const phoneNumber = uniquePhoneNumber();
  const { id } = (
    await before.app.inject({
      method: 'POST',
      url: '/verifications',
      headers: { authorization: `Bearer ${API_KEYS[0]}` },
      payload: { phoneNumber },
    })
  ).json<{ id: string }>();
  expect((await post(`/verifications/${id}/signal`, { code: '1234' })).statusCode).toBe(400);
  expect((await post(`/verifications/${id}/signal`, { code: '123456' })).statusCode).toBe(202);
  const refused = await post('/verifications', { phoneNumber });
  expect(refused.statusCode).toBe(409);
  // A worker may come 30 s later and have 30 s to send. The window has its own 600 s, not this process's 5 s.
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(600);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(660);
  await before.startWorker();
});
