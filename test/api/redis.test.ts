import Fastify from 'fastify';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { createRedis } from '../../src/api/redis';
import { eventually } from '../support/eventually';
import { startRedis, type RedisServer } from '../support/redis';
import { TcpProxy } from '../support/tcp-proxy';

const HOUR_SECONDS = 3_600;

let server: RedisServer;
let proxy: TcpProxy;
let redis: Redis;
let admin: Redis;
let log: string[];

beforeEach(async () => {
  server = await startRedis();
  proxy = new TcpProxy(new URL(server.url).host);
  log = [];
  const app = Fastify({ logger: { stream: { write: (line: string) => void log.push(line) } } });
  redis = createRedis(`redis://${await proxy.open()}`, () => app.log);
  admin = createRedis(server.url, () => app.log);
  await Promise.all([redis.connect(), admin.connect()]);
});

afterEach(async () => {
  redis.disconnect();
  admin.disconnect();
  await proxy.close();
  await server.stop();
});

function createLimiter() {
  const options = { points: 1_000, duration: HOUR_SECONDS };
  let countedAlone = 0;
  class Alone extends RateLimiterMemory {
    override async consume(key: string) {
      countedAlone += 1;
      return super.consume(key);
    }
  }
  const insuranceLimiter = new Alone(options);
  const limiter = new RateLimiterRedis({
    ...options,
    storeClient: redis,
    insuranceLimiter,
    rejectIfRedisNotReady: true,
  });
  /** Whether Redis has counted. */
  return async (): Promise<boolean> => {
    const before = countedAlone;
    await limiter.consume('key');
    return countedAlone === before;
  };
}

const warnings = () => log.filter((line) => line.includes('"level":40'));

test('a connection that is dead without a sign is replaced', async () => {
  const count = createLimiter();
  expect(await count()).toBe(true);
  proxy.freeze();
  expect(await count()).toBe(false);
  await eventually(count);
  expect(log.filter((line) => line.includes("Redis can't be reached"))).toHaveLength(1);
  expect(log.filter((line) => line.includes('Redis can be reached again'))).toHaveLength(1);
});

test('Redis that refuses to count is logged once, with the reason', async () => {
  const count = createLimiter();
  expect(await count()).toBe(true);
  expect(log).toEqual([]);
  await admin.config('SET', 'maxmemory', '1');
  expect([await count(), await count(), await count()]).toEqual([false, false, false]);
  expect(warnings()).toEqual([expect.stringContaining('"reason":"OOM"')]);
  await admin.config('SET', 'maxmemory', '0');
  expect(await count()).toBe(true);
});

test('after a count that Redis did not answer in time, the next ones do not wait for it', async () => {
  const count = createLimiter();
  expect(await count()).toBe(true);
  // Longer than one time-out, and shorter than two.
  await admin.client('PAUSE', 500);
  for (let n = 0; n < 20; n++) expect(await count()).toBe(false);
  expect(warnings()).toEqual([expect.stringContaining('"reason":"Command timed out"')]);
  await eventually(count);
});

test('after a failover, the connection to the old primary is replaced', async () => {
  const count = createLimiter();
  expect(await count()).toBe(true);
  await admin.replicaof('127.0.0.1', '1');
  expect(await count()).toBe(false);
  expect(warnings()).toEqual([expect.stringContaining('"reason":"READONLY"')]);
  const other = await startRedis();
  try {
    proxy.useTarget(new URL(other.url).host);
    await eventually(count);
  } finally {
    await other.stop();
  }
});
