import type { InjectOptions } from 'fastify';
import { createWording } from '../../src/messaging/wording';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  DEFAULT_POLICY,
  PUBLIC_URL,
  eventually,
  receivedCode,
  serviceTenant,
  startService,
  uniquePhoneNumber,
  type Service,
} from '../support/service';

jest.setTimeout(60_000);

const SHOP_SENDER = '+14255550100';
const ONE_A_DAY = { max: 1, periodMs: 86_400_000 };

const shop = serviceTenant('shop', {
  policy: { ...DEFAULT_POLICY, codeLength: 6, maxAttempts: 1, resendIntervalMs: 0 },
  cooldownSeconds: [3600],
  messaging: {
    wording: createWording({ sentence: '{name} says {code}', name: 'Shop' }),
    sender: { from: SHOP_SENDER },
  },
});
const limited = serviceTenant('limited', { limits: { caller: ONE_A_DAY, clientIp: ONE_A_DAY } });
const twin = serviceTenant('twin', { limits: limited.tenant.limits });

const [DEFAULT_KEY] = API_KEYS;
const KEYS = [DEFAULT_KEY, shop.apiKey] as const;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({
    ...server,
    policy: { resendIntervalMs: 0 },
    cooldownSeconds: [0],
    tenants: [shop, limited, twin],
  });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

interface Call extends Pick<InjectOptions, 'method' | 'url' | 'payload'> {
  readonly headers?: Readonly<Record<string, string>>;
}

const call = (apiKey: string, { headers, ...request }: Call) =>
  service.app.inject({ ...request, headers: { authorization: `Bearer ${apiKey}`, ...headers } });

const start = (apiKey: string, phoneNumber: string, more: object = {}) =>
  call(apiKey, { method: 'POST', url: '/verifications', payload: { phoneNumber, ...more } });

const check = (apiKey: string, id: string, code: string) =>
  call(apiKey, { method: 'POST', url: `/verifications/${id}/check`, payload: { code } });

const read = async (apiKey: string, id: string) =>
  (await call(apiKey, { method: 'GET', url: `/verifications/${id}` })).json<Record<string, unknown>>();

/** Starts a verification and waits until its window is open. */
async function startPending(apiKey: string, phoneNumber = uniquePhoneNumber()) {
  const sentBefore = service.sandbox.inbox(phoneNumber).length;
  const started = await start(apiKey, phoneNumber);
  expect(started.statusCode).toBe(202);
  const { id } = started.json<{ id: string }>();
  await eventually(async () => (await read(apiKey, id))['status'] === 'pending');
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(sentBefore + 1);
  return { id, phoneNumber, code: await receivedCode(service.sandbox, phoneNumber) };
}

/** A wrong code with as many digits. */
const wrongCode = (code: string) => `${code.slice(0, -1)}${(Number(code.at(-1)) + 1) % 10}`;

/** Every operation of both surfaces on the verification. */
function operations(id: string, code: string): readonly Call[] {
  const codes = [code, wrongCode(code), '1234', '123456', '1234567890'];
  const instances = [
    `/admin/extensions/DurableTaskExtension/instances/${id}`,
    `/runtime/webhooks/durabletask/instances/${id}`,
  ];
  return [
    { method: 'GET', url: `/verifications/${id}` },
    { method: 'GET', url: `/verifications/${id}`, headers: { prefer: 'wait=1' } },
    ...codes.flatMap((submitted): Call[] => [
      { method: 'POST', url: `/verifications/${id}/check`, payload: { code: submitted } },
      {
        method: 'POST',
        url: `/verifications/${id}/check`,
        payload: { code: submitted },
        headers: { 'idempotency-key': `key-${submitted}` },
      },
      { method: 'POST', url: `/verifications/${id}/signal`, payload: { code: submitted } },
    ]),
    { method: 'POST', url: `/verifications/${id}/resend` },
    { method: 'DELETE', url: `/verifications/${id}` },
    ...instances.flatMap((url): Call[] => [
      { method: 'GET', url },
      ...codes.map((submitted): Call => ({
        method: 'POST',
        url: `${url}/raiseEvent/SmsChallengeResponse`,
        payload: JSON.stringify(Number(submitted)),
        headers: { 'content-type': 'application/json' },
      })),
      { method: 'POST', url: `${url}/raiseEvent/AnotherEvent`, payload: {} },
      { method: 'POST', url: `${url}/terminate?reason=none` },
    ]),
  ];
}

async function expectNotFound(apiKey: string, calls: readonly Call[]): Promise<void> {
  const answers = await Promise.all(calls.map((request) => call(apiKey, request)));
  const found = answers.flatMap((answer, index) => {
    const isNotFound = answer.statusCode === 404 && answer.json<{ code: string }>().code === 'not_found';
    return isNotFound ? [] : [{ request: calls[index], status: answer.statusCode, body: answer.body }];
  });
  expect(found).toEqual([]);
}

describe.each([
  ['default', DEFAULT_KEY, shop.apiKey],
  ['shop', shop.apiKey, DEFAULT_KEY],
])('a verification of the tenant %s', (_tenant, owner, stranger) => {
  test('is not found with the key of another tenant, and stays as it is', async () => {
    const { id, phoneNumber, code } = await startPending(owner);
    const before = await read(owner, id);

    await expectNotFound(stranger, operations(id, code));

    expect(await read(owner, id)).toEqual(before);
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
    // No resend was used: the owner's is still possible.
    expect((await call(owner, { method: 'POST', url: `/verifications/${id}/resend` })).statusCode).toBe(202);
    expect((await check(owner, id, code)).json()).toMatchObject({ verified: true, status: 'verified' });
  });

  test('is not found after its end, either', async () => {
    const { id, code } = await startPending(owner);
    await check(owner, id, code);
    const before = await read(owner, id);

    await expectNotFound(stranger, operations(id, code));

    expect(await read(owner, id)).toEqual(before);
  });
});

test('one number can be verified at both tenants at once: each has its wording, sender and code', async () => {
  const phoneNumber = uniquePhoneNumber();
  const ours = await startPending(DEFAULT_KEY, phoneNumber);
  const theirs = await startPending(shop.apiKey, phoneNumber);

  const [second, first] = service.sandbox.inbox(phoneNumber);
  expect(first).toMatchObject({ body: `Your code is ${ours.code}.` });
  expect(second).toMatchObject({ body: `Shop says ${theirs.code}`, from: SHOP_SENDER });
  expect(first?.from).not.toBe(SHOP_SENDER);
  expect([ours.code.length, theirs.code.length]).toEqual([4, 6]);

  expect((await start(shop.apiKey, phoneNumber)).json()).toMatchObject({ code: 'verification_in_progress' });
  expect((await check(shop.apiKey, theirs.id, theirs.code)).json()).toMatchObject({ verified: true });
  expect(await read(DEFAULT_KEY, ours.id)).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
  expect((await check(DEFAULT_KEY, ours.id, ours.code)).json()).toMatchObject({ verified: true });
});

test('the same Idempotency-Key at two tenants is two verifications', async () => {
  const phoneNumber = uniquePhoneNumber();
  const answers = [];
  for (const apiKey of KEYS) {
    const payload = { phoneNumber };
    const headers = { 'idempotency-key': 'one-key' };
    answers.push(await call(apiKey, { method: 'POST', url: '/verifications', payload, headers }));
  }

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
  expect(new Set(answers.map((answer) => answer.json<{ id: string }>().id)).size).toBe(2);
});

test('a cool-down at one tenant is none at another', async () => {
  const { id, phoneNumber, code } = await startPending(shop.apiKey);
  expect((await check(shop.apiKey, id, wrongCode(code))).json()).toMatchObject({
    status: 'max_attempts_reached',
  });

  expect((await start(shop.apiKey, phoneNumber)).json()).toMatchObject({ code: 'phone_number_cooling_down' });
  await startPending(DEFAULT_KEY, phoneNumber);
});

test('the limits of one tenant are not those of another', async () => {
  const clientIp = '192.0.2.1';
  const { apiKey } = limited;

  expect((await start(apiKey, uniquePhoneNumber(), { clientIp })).statusCode).toBe(202);
  expect((await start(apiKey, uniquePhoneNumber(), { clientIp })).json()).toMatchObject({
    code: 'rate_limited',
  });
  expect((await start(twin.apiKey, uniquePhoneNumber(), { clientIp })).statusCode).toBe(202);
  expect((await start(DEFAULT_KEY, uniquePhoneNumber(), { clientIp })).statusCode).toBe(202);
});

describe('the links of the Durable Functions API', () => {
  async function startInstance(apiKey: string) {
    const phoneNumber = uniquePhoneNumber();
    const { statusCode, ...answer } = await call(apiKey, {
      method: 'POST',
      url: '/orchestrators/E4_SmsPhoneVerification',
      payload: JSON.stringify(phoneNumber),
      headers: { 'content-type': 'application/json' },
    });
    expect(statusCode).toBe(202);
    const urls = answer.json() as { id: string; statusQueryGetUri: string };
    return { id: urls.id, statusUrl: urls.statusQueryGetUri.slice(PUBLIC_URL.length), phoneNumber };
  }
  const get = (url: string) => service.app.inject({ method: 'GET', url });

  test('lead each tenant to its own verification, without a key', async () => {
    for (const apiKey of KEYS) {
      const { statusUrl } = await startInstance(apiKey);
      expect((await get(statusUrl)).statusCode).toBe(202);
    }
  });

  test('are of no use for a verification of another tenant, nor with its name', async () => {
    const ours = await startInstance(DEFAULT_KEY);
    const theirs = await startInstance(shop.apiKey);
    const [, ourCode = ''] = /code=([^&]+)/.exec(ours.statusUrl) ?? [];
    const [, theirCode = ''] = /code=([^&]+)/.exec(theirs.statusUrl) ?? [];
    expect(theirCode.endsWith('.shop')).toBe(true);

    const forged = [
      theirs.statusUrl.replace(theirCode, ourCode),
      theirs.statusUrl.replace(theirCode, `${ourCode}.shop`),
      theirs.statusUrl.replace(theirCode, theirCode.replace('.shop', '')),
      theirs.statusUrl.replace(theirCode, theirCode.replace('.shop', '.twin')),
      theirs.statusUrl.replace(theirCode, theirCode.replace('.shop', '.default')),
      ours.statusUrl.replace(ourCode, theirCode),
      ours.statusUrl.replace(ourCode, `${ourCode}.shop`),
      ours.statusUrl.replace(ourCode, theirCode.replace('.shop', '')),
    ];
    const statuses = await Promise.all(forged.map(async (url) => (await get(url)).statusCode));

    expect(statuses).toEqual(forged.map(() => 401));
    // A key of another tenant comes first: with it, the link is of no use, either.
    expect((await call(DEFAULT_KEY, { method: 'GET', url: theirs.statusUrl })).statusCode).toBe(404);
  });
});
