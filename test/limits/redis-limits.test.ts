import { Redis } from 'ioredis';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { parseSamples, valueOf } from '../support/scrape';
import { startRedis, type RedisServer } from '../support/redis';
import { API_KEYS, startService, uniquePhoneNumber, type Service } from '../support/service';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const HOUR_MS = 3_600_000;

let server: DevServer;
let redis: RedisServer;

beforeEach(async () => {
  server = await connectDevServer();
  closers.push(() => server.close());
  redis = await startRedis();
  closers.push(() => redis.stop());
});

/** `periodMs`: the period in which a caller may send two requests. */
async function startApi(periodMs = HOUR_MS): Promise<Service> {
  const options = { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 300 };
  const connection = new Redis(redis.url, options);
  connection.on('error', () => {});
  await new Promise((resolve) => connection.once('ready', resolve));
  closers.push(async () => connection.disconnect());
  const limits = { caller: { max: 2, periodMs } };
  const service = await startService({ ...server, withWorker: false, redis: connection, limits });
  closers.push(() => service.stop());
  return service;
}

async function start({ app }: Service): Promise<number> {
  const response = await app.inject({
    method: 'POST',
    url: '/verifications',
    headers: { authorization: `Bearer ${API_KEYS[0]}` },
    payload: { phoneNumber: uniquePhoneNumber(), clientIp: '198.51.100.7' },
  });
  return response.statusCode;
}

async function fallbacks({ metrics }: Service): Promise<number | undefined> {
  return valueOf(parseSamples(await metrics.text()), 'phone_verification_redis_fallbacks_total');
}

test('API processes share counts in Redis as digests; without Redis each process counts alone', async () => {
  const [one, other] = [await startApi(), await startApi()];
  expect([await start(one), await start(other)]).toEqual([202, 202]);
  expect([await start(one), await start(other)]).toEqual([429, 429]);

  const reader = new Redis(redis.url);
  const keys = (await reader.keys('*')).join('\n');
  reader.disconnect();
  expect(keys).toMatch(/^phone-verification:limit:/);
  for (const secret of [API_KEYS[0], '198.51.100']) expect(keys).not.toContain(secret);

  expect(await fallbacks(one)).toBe(0);
  await redis.stop();
  expect([await start(one), await start(one), await start(one)]).toEqual([202, 202, 429]);
  expect([await start(other), await start(other), await start(other)]).toEqual([202, 202, 429]);
  // The third start was refused without a count.
  expect(await fallbacks(one)).toBe(2);
});

test('a limit with another period begins a new count, which does not wait for the end of the old period', async () => {
  const before = await startApi(24 * HOUR_MS);
  expect([await start(before), await start(before), await start(before)]).toEqual([202, 202, 429]);

  const after = await startApi(HOUR_MS);

  expect([await start(after), await start(after), await start(after)]).toEqual([202, 202, 429]);
});
