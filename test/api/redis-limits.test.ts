import { Redis } from 'ioredis';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { parseSamples, valueOf } from '../support/scrape';
import { startRedis, type RedisServer } from '../support/redis';
import { API_KEYS, startService, uniquePhoneNumber, type Service } from '../support/service';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function startApi(server: DevServer, { url }: RedisServer): Promise<Service> {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 300 });
  redis.on('error', () => {});
  await new Promise((resolve) => redis.once('ready', resolve));
  closers.push(async () => redis.disconnect());
  const limits = { caller: { max: 2, periodMs: 3_600_000 } };
  const service = await startService({ ...server, withWorker: false, redis, limits });
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
  const server = await connectDevServer();
  closers.push(() => server.close());
  const redis = await startRedis();
  closers.push(() => redis.stop());
  const [one, other] = [await startApi(server, redis), await startApi(server, redis)];
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
  expect(await fallbacks(one)).toBe(3);
});
