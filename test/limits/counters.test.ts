import { Redis } from 'ioredis';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { DEFAULT_TENANT } from '../../src/domain/tenant-id';
import { eventually } from '../support/eventually';
import { limitsWith } from '../support/limits';
import { startRedis, type RedisServer } from '../support/redis';

const number = { e164: '+14255550123', country: 'US' };
const rateLimited = { code: 'rate_limited' };

afterEach(() => void jest.useRealTimers());

test('a refused message does not count: a canceled reservation makes room for the next message', async () => {
  const limits = limitsWith({ prefix: { max: 1, periodMs: 3_600_000 } });
  const first = await limits.reserveMessage(number);
  await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  await first.cancel();
  await limits.reserveMessage(number);
  await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
});

test('a message that exceeds the budget of its country does not count for its block', async () => {
  const limits = limitsWith({
    prefix: { max: 2, periodMs: 3_600_000 },
    country: { general: { max: 1, periodMs: 3_600_000 }, countries: [] },
  });
  const first = await limits.reserveMessage(number);
  for (let i = 0; i < 5; i++) await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  await first.cancel();
  await limits.reserveMessage(number);
});

test('a resend that is not sent makes room for another message in the same second', async () => {
  const limits = limitsWith({ messagesPerSecond: { max: 1, periodMs: 1_000 } });
  const first = await limits.reserveResend();
  await first.cancel();
  await limits.reserveResend();
});

test('messages that a budget refuses do not use up the messages of the second, also in Redis', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    await redis.ping();
    const limits = limitsWith(
      { messagesPerSecond: { max: 2, periodMs: 1_000 }, prefix: { max: 1, periodMs: 3_600_000 } },
      { redis },
    );
    await limits.reserveMessage(number);
    for (let i = 0; i < 5; i++)
      await expect(limits.reserveMessage(number)).rejects.toMatchObject({ refusal: { limit: 'prefix' } });
    await limits.reserveMessage({ e164: '+14255990123', country: 'US' });
  } finally {
    redis.disconnect();
    await server.stop();
  }
});

test('two tenants have counts of their own for the same address and the same name, also in Redis', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    await redis.ping();
    const one = { max: 1, periodMs: 3_600_000 };
    const rules = {
      limits: { caller: undefined, clientIp: one },
      verify: { rateLimits: { login: one } },
      otherTenants: ['shop', 'club'],
    };
    const limits = limitsWith({}, { ...rules, redis });
    const requests = ['default', 'shop', 'club'].flatMap((tenantId) => [
      { tenantId, caller: undefined, clientIp: '198.51.100.7' },
      { tenantId, caller: undefined, clientIp: undefined, named: { login: 'alice' } },
    ]);
    for (const request of requests) await limits.countRequest(request);
    for (const request of requests)
      await expect(limits.countRequest(request)).rejects.toMatchObject(rateLimited);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});

test('a request that a later limit refuses does not count against the earlier ones', async () => {
  const anHour = (max: number) => ({ max, periodMs: 3_600_000 });
  const limits = limitsWith(
    {},
    {
      limits: { caller: anHour(2), clientIp: anHour(2) },
      verify: { rateLimits: { login: anHour(3), device: anHour(1) } },
    },
  );
  const request = (caller: string, clientIp: string, device: string) =>
    limits.countRequest({ tenantId: DEFAULT_TENANT, caller, clientIp, named: { login: 'alice', device } });
  await request('app', '198.51.100.7', 'one');
  await expect(request('app', '198.51.100.8', 'one')).rejects.toMatchObject({
    refusal: { limit: 'named:device' },
  });
  await request('app', '198.51.100.9', 'two');
  await expect(request('app', '198.51.100.8', 'three')).rejects.toMatchObject({
    refusal: { limit: 'caller' },
  });
  await expect(request('other', '198.51.100.7', 'one')).rejects.toMatchObject({
    refusal: { limit: 'named:device' },
  });
  await request('other', '198.51.100.8', 'three');
  await expect(request('other', '198.51.100.8', 'four')).rejects.toMatchObject({
    refusal: { limit: 'named:login' },
  });
});

test('requests of a caller above its limit leave no counts for addresses in memory', async () => {
  const increments = jest.spyOn(RateLimiterMemory.prototype, 'consume');
  const anHour = (max: number) => ({ max, periodMs: 3_600_000 });
  const limits = limitsWith({}, { limits: { caller: anHour(1), clientIp: anHour(5) } });
  const request = (clientIp: string) =>
    limits.countRequest({ tenantId: DEFAULT_TENANT, caller: 'app', clientIp });
  await request('198.51.100.1');
  for (const last of [2, 3, 4])
    await expect(request(`198.51.100.${last}`)).rejects.toMatchObject({ refusal: { limit: 'caller' } });
  // The address and the caller of the first request.
  expect(increments).toHaveBeenCalledTimes(2);
  increments.mockRestore();
});

test.each([
  ['', undefined],
  [', also while Redis does not count', new Redis({ lazyConnect: true })],
])('a cancel after the period does not change the count of the next period%s', async (_case, redis) => {
  jest.useFakeTimers();
  const limits = limitsWith({ messagesPerSecond: { max: 2, periodMs: 1_000 } }, redis && { redis });
  const reservations = [await limits.reserveResend(), await limits.reserveResend()];
  // Also if the clock is set back meanwhile.
  jest.setSystemTime(Date.now() - 3_600_000);
  jest.advanceTimersByTime(1_100);
  for (const reservation of reservations) await reservation.cancel();
  await limits.reserveResend();
  await limits.reserveResend();
  await expect(limits.reserveResend()).rejects.toMatchObject({
    refusal: { ...rateLimited, retryAfterSeconds: 1 },
  });
});

test('messages that are refused at the end of a period make no room in the next one', async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    await redis.ping();
    const limits = limitsWith({ messagesPerSecond: { max: 2, periodMs: 1_000 } }, { redis });
    const isCounting = async () => {
      const [key] = await redis.keys('*');
      return key !== undefined && Number(await redis.get(key)) > 0;
    };
    // Redis is slow: it runs each command that takes a count back after the period.
    const run = Reflect.get(redis, 'rlflxIncr') as (command: readonly string[]) => Promise<unknown>;
    Reflect.set(redis, 'rlflxIncr', async (command: readonly string[]) => {
      if (Number(command[1]) < 0) await eventually(async () => !(await isCounting()));
      return run.call(redis, command);
    });
    const burst = async () => {
      const reservations = Array.from({ length: 12 }, () => limits.reserveResend());
      return (await Promise.allSettled(reservations)).filter(({ status }) => status === 'fulfilled').length;
    };

    expect(await burst()).toBe(2);
    await eventually(async () => !(await isCounting()));
    expect(await burst()).toBe(2);
  } finally {
    redis.disconnect();
    await server.stop();
  }
});

describe('a count is taken back where it was made,', () => {
  const limited = { prefix: { max: 2, periodMs: 3_600_000 } };
  let server: RedisServer;
  let redis: Redis;

  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  async function disconnect() {
    const closed = new Promise((resolve) => redis.once('end', resolve));
    redis.disconnect();
    await closed;
  }

  test('although Redis has returned meanwhile', async () => {
    const limits = limitsWith(limited, { redis });
    const inMemory = await limits.reserveMessage(number);
    await redis.connect();
    await inMemory.cancel();
    for (let i = 0; i < 2; i++) await limits.reserveMessage(number);
    await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
    // The memory has no count left.
    await disconnect();
    for (let i = 0; i < 2; i++) await limits.reserveMessage(number);
    await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  });

  test('or not at all, if Redis is lost meanwhile', async () => {
    await redis.connect();
    const limits = limitsWith(limited, { redis });
    const inRedis = [await limits.reserveMessage(number), await limits.reserveMessage(number)];
    await disconnect();
    for (const reservation of inRedis) await reservation.cancel();
    for (let i = 0; i < 2; i++) await limits.reserveMessage(number);
    await expect(limits.reserveMessage(number)).rejects.toMatchObject(rateLimited);
  });
});
