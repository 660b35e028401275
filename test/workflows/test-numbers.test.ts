import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  ANY_NUMBER,
  API_KEYS,
  eventually,
  startService,
  uniquePhoneNumber,
  type Service,
} from '../support/service';

const phoneNumber = uniquePhoneNumber();
const expired = uniquePhoneNumber();
let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  const oneADay = { max: 1, periodMs: 86_400_000 };
  service = await startService({
    ...server,
    policy: { resendIntervalMs: 0, maxAttempts: 10 },
    cooldownSeconds: [3600],
    limits: { country: { general: oneADay, countries: new Map() }, prefix: oneADay },
    numberRules: {
      ...ANY_NUMBER,
      testNumbers: [
        { phoneNumber, code: '2168', endsAt: Date.now() + 3_600_000 },
        { phoneNumber: expired, code: '2168', endsAt: Date.now() - 1 },
      ],
    },
  });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

function call(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${API_KEYS[0]}`, prefer: 'wait=0' };
  return service.app.inject({ method, url, headers, ...(payload && { payload }) });
}

/** Starts a verification when the number has no open run. An unsuccessful run stays open for two seconds. */
const started = (number = phoneNumber) =>
  eventually(async () => {
    const response = await call('POST', '/verifications', { phoneNumber: number });
    return response.statusCode === 409 ? undefined : response;
  });

async function startedId(): Promise<string> {
  const response = await started();
  expect(response.statusCode).toBe(202);
  return response.json<{ id: string }>().id;
}

const check = async (id: string, code: string) =>
  (await call('POST', `/verifications/${id}/check`, { code })).json<object>();

test('a test number is verified by its fixed code and gets no message, not even after a resend', async () => {
  const id = await startedId();
  expect(await check(id, '2169')).toMatchObject({ verified: false, attemptsRemaining: 9, status: 'pending' });
  expect((await call('POST', `/verifications/${id}/resend`)).statusCode).toBe(202);
  expect(await check(id, '2168')).toMatchObject({ verified: true, status: 'verified' });
  expect(service.sandbox.inbox(phoneNumber)).toEqual([]);
});

test('a test number uses no budget and has no cool-down', async () => {
  for (let i = 0; i < 2; i++) {
    const id = await startedId();
    expect((await call('DELETE', `/verifications/${id}`)).statusCode).toBe(200);
  }
  expect(await check(await startedId(), '2168')).toMatchObject({ verified: true });
});

test('100 failed codes lock a test number; its last verification has only the attempts that are left', async () => {
  const failed = (id: string) => check(id, '0000');
  for (let round = 0; round < 9; round++) {
    const id = await startedId();
    for (let guess = 0; guess < 10; guess++) await failed(id);
  }
  const ninth = await startedId();
  for (let guess = 0; guess < 3; guess++) await failed(ninth);
  await call('DELETE', `/verifications/${ninth}`);

  const last = await startedId();
  for (const attemptsRemaining of [6, 5, 4, 3, 2, 1])
    expect(await failed(last)).toMatchObject({ attemptsRemaining });
  expect(await failed(last)).toMatchObject({ status: 'max_attempts_reached' });
  const locked = await started();
  expect(locked.statusCode).toBe(429);
  expect(locked.json()).toMatchObject({ code: 'phone_number_cooling_down' });
  expect(locked.headers['retry-after']).toBe('86400');
});

test('an expired test number is a normal number', async () => {
  const response = await started(expired);
  const { id } = response.json<{ id: string }>();
  const message = await eventually(() => service.sandbox.inbox(expired)[0]);
  const [code = ''] = /\d{4}/.exec(message.body) ?? [];
  expect(await check(id, code)).toMatchObject({ verified: true });
});
