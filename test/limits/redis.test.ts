import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { connectRedis, createRedis } from '../../src/limits/redis';
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

test('each outage is logged once, and its end', () => {
  for (const event of ['error', 'error', 'ready', 'error', 'ready', 'ready'])
    redis.emit(event, new Error('no connection'));
  const sentences = log.map((line) => /Redis can(?:'t)? be reached(?: again)?/.exec(line)?.[0]);
  const outage = ["Redis can't be reached", 'Redis can be reached again'];
  expect(sentences).toEqual([...outage, ...outage]);
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

test('a Redis that has lost its scripts is not one that refuses to count', async () => {
  const count = createLimiter();
  expect(await count()).toBe(true);
  await admin.script('FLUSH');
  expect([await count(), await count()]).toEqual([true, true]);
  expect(log).toEqual([]);
});

test('a start does not wait until Redis has loaded its data', async () => {
  const info = 'loading:1\r\nloading_eta_seconds:1\r\n';
  const loading = createServer((socket) => {
    socket.on('data', (data) => {
      for (const [command] of data.toString().matchAll(/\$\d+\r\n(hello|info|SETINFO)/gi)) {
        if (command.endsWith('info')) socket.write(`$${info.length}\r\n${info}\r\n`);
        else socket.write(command.endsWith('hello') ? '%0\r\n' : '+OK\r\n');
      }
    });
  });
  loading.listen(0, '127.0.0.1');
  await once(loading, 'listening');
  proxy.useTarget(`127.0.0.1:${(loading.address() as AddressInfo).port}`);
  redis.disconnect();
  await once(redis, 'end');

  await connectRedis(redis);

  expect(redis.status).toBe('connect');
  expect(warnings()).toEqual([expect.stringContaining("Redis can't be reached")]);
  redis.disconnect();
  await new Promise((resolve) => loading.close(resolve));
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

test('a connection may take longer than a count, for example if the first address of the name does not answer', async () => {
  type Callback = (error: null, addresses: { address: string; family: number }[]) => void;
  const slowLookup = (_name: string, _options: object, callback: Callback) =>
    void setTimeout(callback, 600, null, [{ address: '127.0.0.1', family: 4 }]);
  const lookup = jest.spyOn(dns, 'lookup').mockImplementation(slowLookup as typeof dns.lookup);
  const { port } = new URL(server.url);
  const distant = createRedis(`redis://redis.test:${port}`, () => {
    throw new Error('a warning was logged');
  });
  try {
    await distant.connect();
    expect(await distant.ping()).toBe('PONG');
    expect(lookup).toHaveBeenCalledTimes(1);
  } finally {
    distant.disconnect();
    lookup.mockRestore();
  }
});
