import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  eventually,
  receivedCode,
  sameBlockNumber,
  startService,
  uniquePhoneNumber,
  untilPending,
  type Service,
  type ServiceOptions,
} from '../support/service';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
});

afterEach(() => service.stop());
afterAll(() => server.close());

async function withLimits(options: Partial<ServiceOptions>): Promise<void> {
  service = await startService({ ...server, withWorker: false, ...options });
}

const anHour = (max: number) => ({ max, periodMs: 3_600_000 });

function start(body: object, apiKey: string = API_KEYS[0], headers: Record<string, string> = {}) {
  return service.app.inject({
    method: 'POST',
    url: '/verifications',
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    payload: body,
  });
}

const fresh = (clientIp?: string) => ({ phoneNumber: uniquePhoneNumber(), ...(clientIp && { clientIp }) });

function expectRateLimited(response: Awaited<ReturnType<typeof start>>): void {
  expect(response.statusCode).toBe(429);
  expect(response.json()).toMatchObject({ code: 'rate_limited' });
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(3_500);
}

test('a caller is refused above its limit; other callers are not', async () => {
  await withLimits({ limits: { caller: anHour(2) } });
  for (const status of [202, 202]) expect((await start(fresh())).statusCode).toBe(status);
  expectRateLimited(await start(fresh()));
  expect((await start(fresh(), API_KEYS[1])).statusCode).toBe(202);
});

test('an end user is refused above the limit, by IPv4 address or IPv6 /64, in any notation', async () => {
  await withLimits({ limits: { clientIp: anHour(1) } });
  expect((await start(fresh('198.51.100.7'))).statusCode).toBe(202);
  expectRateLimited(await start(fresh('198.51.100.7')));
  expectRateLimited(await start(fresh('::ffff:198.51.100.7')));
  expect((await start(fresh('198.51.100.8'))).statusCode).toBe(202);
  expect((await start(fresh('2001:db8:1:2:3:4:5:6'))).statusCode).toBe(202);
  expectRateLimited(await start(fresh('2001:DB8:1:2::9')));
  expect((await start(fresh('2001:db8:1:3::9'))).statusCode).toBe(202);
  expect((await start(fresh())).statusCode).toBe(202);
});

test('a request refused for its end user does not count against its caller', async () => {
  await withLimits({ limits: { clientIp: anHour(1), caller: anHour(2) } });
  await start(fresh('198.51.100.7'));
  for (let i = 0; i < 5; i++) expectRateLimited(await start(fresh('198.51.100.7')));
  expect((await start(fresh('198.51.100.8'))).statusCode).toBe(202);
});

test('clientIp must be a valid IP address', async () => {
  await withLimits({});
  for (const clientIp of ['', 'localhost', '1.2.3', '198.51.100.7, 10.0.0.1', 42, null]) {
    const response = await start({ phoneNumber: uniquePhoneNumber(), clientIp });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_request' });
  }
});

test('the same Idempotency-Key with another clientIp is refused', async () => {
  await withLimits({});
  const key = { 'idempotency-key': 'k1' };
  const body = fresh('198.51.100.7');
  expect((await start(body, API_KEYS[0], key)).statusCode).toBe(202);
  expect((await start(body, API_KEYS[0], key)).statusCode).toBe(200);
  const sameClient = { ...body, clientIp: '::ffff:198.51.100.7' };
  expect((await start(sameClient, API_KEYS[0], key)).statusCode).toBe(200);
  const other = await start({ ...body, clientIp: '198.51.100.8' }, API_KEYS[0], key);
  expect(other.statusCode).toBe(422);
  expect(other.json()).toMatchObject({ code: 'idempotency_key_reused' });
  expect((await start({ phoneNumber: body.phoneNumber }, API_KEYS[0], key)).statusCode).toBe(422);
});

test('a country’s budget counts messages, not refused requests', async () => {
  await withLimits({ limits: { country: { general: anHour(2), countries: new Map() } } });
  const body = fresh();
  expect((await start(body)).statusCode).toBe(202);
  for (let i = 0; i < 5; i++) expect((await start(body)).statusCode).toBe(409);
  for (let i = 0; i < 5; i++) expect((await start({ phoneNumber: '+1' })).statusCode).toBe(400);
  expect((await start(fresh())).statusCode).toBe(202);
  expectRateLimited(await start(fresh()));
  expect((await start({ phoneNumber: '+4915123456789' })).statusCode).not.toBe(429);
});

test('a country can have its own budget or no limit', async () => {
  const countries = new Map([
    ['US', anHour(1)],
    ['DE', undefined],
  ]);
  await withLimits({ limits: { country: { general: anHour(1), countries } } });
  expect((await start(fresh())).statusCode).toBe(202);
  expectRateLimited(await start(fresh()));
  for (const last of ['1', '2', '3']) {
    const phoneNumber = `+49151${uniquePhoneNumber().slice(-7)}${last}`;
    expect((await start({ phoneNumber })).statusCode).toBe(202);
  }
});

test('a block of numbers has a budget; a message that it refuses does not count against the country', async () => {
  await withLimits({
    limits: { prefix: anHour(1), country: { general: anHour(2), countries: new Map() } },
  });
  const phoneNumber = uniquePhoneNumber();
  expect((await start({ phoneNumber })).statusCode).toBe(202);
  for (const steps of [1, 2, 3])
    expectRateLimited(await start({ phoneNumber: sameBlockNumber(phoneNumber, steps) }));
  const block = phoneNumber.slice(0, -4);
  const otherBlock = `${block.slice(0, -1)}${(Number(block.slice(-1)) + 1) % 10}`;
  expect((await start({ phoneNumber: otherBlock + phoneNumber.slice(-4) })).statusCode).toBe(202);
});

test('a resend counts against all budgets, but only its caller’s limit can refuse it', async () => {
  await withLimits({
    withWorker: true,
    policy: { resendIntervalMs: 0 },
    limits: { country: { general: anHour(2), countries: new Map() }, caller: anHour(3) },
  });
  const started = await start(fresh());
  const { id } = started.json<{ id: string }>();
  const resend = () =>
    service.app.inject({
      method: 'POST',
      url: `/verifications/${id}/resend`,
      headers: { authorization: `Bearer ${API_KEYS[0]}` },
    });
  await untilPending(service, id);
  expect((await resend()).statusCode).toBe(202);
  expectRateLimited(await start(fresh()));
  expectRateLimited(await resend());
});

test('GET, check, signal and probes are never counted', async () => {
  await withLimits({ limits: { caller: anHour(1), clientIp: anHour(1) } });
  const { id } = (await start(fresh())).json<{ id: string }>();
  const headers = { authorization: `Bearer ${API_KEYS[0]}` };
  const unknown = `/verifications/${'A'.repeat(64)}`;
  for (let i = 0; i < 4; i++) {
    const answers = await Promise.all([
      service.app.inject({ url: unknown, headers }),
      service.app.inject({ method: 'POST', url: `${unknown}/check`, headers, payload: { code: '0000' } }),
      service.app.inject({
        method: 'POST',
        url: `/verifications/${id}/signal`,
        headers,
        payload: { code: '0000' },
      }),
      service.app.inject({ url: '/healthz' }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 202, 200]);
  }
});

describe('anonymous Durable Functions starts', () => {
  const anonymous = (headers: Record<string, string>, remoteAddress = '203.0.113.9') =>
    service.app.inject({
      method: 'POST',
      url: '/orchestrators/E4_SmsPhoneVerification',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(uniquePhoneNumber()),
      remoteAddress,
    });
  const options = { durableFunctionsAuth: 'anonymous', limits: { clientIp: anHour(1) } } as const;

  test('are limited by address; X-Forwarded-For is ignored without TRUST_PROXY', async () => {
    await withLimits(options);
    expect((await anonymous({ 'x-forwarded-for': '198.51.100.1' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '198.51.100.2' }));
    expect((await anonymous({}, '203.0.113.10')).statusCode).toBe(202);
  });

  test('count by the address that the trusted proxy added, not by earlier ones', async () => {
    await withLimits({ ...options, trustProxy: ['203.0.113.9'] });
    expect((await anonymous({ 'x-forwarded-for': '1.1.1.1, 198.51.100.1' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '2.2.2.2, 198.51.100.1' }));
    expect((await anonymous({ 'x-forwarded-for': '1.1.1.1, 198.51.100.2' })).statusCode).toBe(202);
  });

  test('ignore a port in the address; all invalid addresses are one client', async () => {
    await withLimits({ ...options, trustProxy: ['203.0.113.9'] });
    expect((await anonymous({ 'x-forwarded-for': '198.51.100.1:5000' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '198.51.100.1:5001' }));
    expect((await anonymous({ 'x-forwarded-for': '[2001:db8::1]:80' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '[2001:db8::2]:81' }));
    expect((await anonymous({ 'x-forwarded-for': 'garbage' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': 'x'.repeat(500) }));
  });

  test('trust a proxy only by its address', async () => {
    await withLimits({ ...options, trustProxy: ['203.0.113.0/24'] });
    expect((await anonymous({ 'x-forwarded-for': '198.51.100.1' })).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '198.51.100.1' }, '203.0.113.77'));
    expect((await anonymous({ 'x-forwarded-for': '198.51.100.1' }, '192.0.2.1')).statusCode).toBe(202);
    expectRateLimited(await anonymous({ 'x-forwarded-for': '198.51.100.5' }, '192.0.2.1'));
  });
});

test('Durable Functions starts with an API key are not limited by address: a server sends them for many people', async () => {
  await withLimits({ limits: { clientIp: anHour(1) } });
  for (let i = 0; i < 2; i++) {
    const { statusCode } = await service.app.inject({
      method: 'POST',
      url: '/orchestrators/E4_SmsPhoneVerification',
      headers: { 'x-functions-key': API_KEYS[0] },
      payload: JSON.stringify(uniquePhoneNumber()),
    });
    expect(statusCode).toBe(202);
  }
});

test('130 simultaneous starts for one number count as one message of its block', async () => {
  await withLimits({ limits: { prefix: anHour(2), country: { general: anHour(3), countries: new Map() } } });
  const phoneNumber = uniquePhoneNumber();
  const answers = await Promise.all(Array.from({ length: 130 }, () => start({ phoneNumber })));
  const statuses = answers.map(({ statusCode }) => statusCode);
  expect(statuses.filter((status) => status === 202)).toHaveLength(1);
  // The starts run one by one. Those whose turn does not come within 4 s get 503.
  expect(new Set(statuses.filter((status) => status !== 202 && status !== 503))).toEqual(new Set([409]));
  const inSameBlock = (steps: number) => ({ phoneNumber: sameBlockNumber(phoneNumber, steps) });
  expect((await start(inSameBlock(1))).statusCode).toBe(202);
  expectRateLimited(await start(inSameBlock(2)));
});

test('all messages together have a limit, also for simultaneous starts', async () => {
  // On a slow machine, the starts can be more than a second apart.
  await withLimits({ limits: { messagesPerSecond: anHour(2) } });
  const answers = await Promise.all(Array.from({ length: 6 }, () => start(fresh())));
  const refused = answers.filter(({ statusCode }) => statusCode !== 202);
  expect(refused).toHaveLength(4);
  for (const answer of refused) expectRateLimited(answer);
});

describe('messages to one number', () => {
  const numberLimit = anHour(2);

  async function verify(phoneNumber: string): Promise<void> {
    const before = service.sandbox.inbox(phoneNumber).length;
    const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
    await eventually(() => service.sandbox.inbox(phoneNumber)[before]);
    const code = await receivedCode(service.sandbox, phoneNumber);
    const by = { caller: 'alice', idempotencyKey: undefined };
    expect(await service.verifications.check(verification.id, code, by)).toMatchObject({ verified: true });
    await service.verifications.waitForEnd(verification.id, {
      waitMs: 60_000,
      signal: new AbortController().signal,
    });
  }

  test('have a limit that a success does not reset', async () => {
    await withLimits({ withWorker: true, policy: { numberLimit } });
    const phoneNumber = uniquePhoneNumber();
    await verify(phoneNumber);
    await verify(phoneNumber);
    expectRateLimited(await start({ phoneNumber }));
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(2);
  });

  test('have a limit that also counts and refuses resends', async () => {
    await withLimits({ withWorker: true, policy: { numberLimit, resendIntervalMs: 0, maxResends: 5 } });
    const { id, phoneNumber } = await service.startAndReceive();
    const resend = () =>
      service.app.inject({
        method: 'POST',
        url: `/verifications/${id}/resend`,
        headers: { authorization: `Bearer ${API_KEYS[0]}` },
      });
    await eventually(async () => ((await resend()).statusCode === 202 ? true : undefined));
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
    const refused = await eventually(async () => {
      const answer = await resend();
      return answer.json<{ code?: string }>().code === 'resend_too_soon' ? undefined : answer;
    });
    expectRateLimited(refused);
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(2);
  });
});
