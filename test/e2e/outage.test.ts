import { createTemporalClient } from '../../src/temporal/client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  eventually,
  requiredEnv,
  startService,
  testDataConverter,
  uniquePhoneNumber,
} from '../support/service';
import { TcpProxy } from '../support/tcp-proxy';

/** After this time, gRPC's default pause between attempts to reconnect is longer than ten seconds. */
const OUTAGE_MS = 15_000;
/** Enough for a pause of at most one second on a slow machine. */
const RECOVERY_LIMIT_MS = 5_000;
/** A ping after 12 s, its time-out of 3 s, and a pause on a slow machine. */
const DEAD_CONNECTION_LIMIT_MS = 20_000;

let server: DevServer;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(() => server.close());

/** A service whose API reaches Temporal through a proxy. Its worker has a connection of its own. */
async function startBehindProxy() {
  const proxy = new TcpProxy(requiredEnv('TEST_TEMPORAL_ADDRESS'));
  const client = createTemporalClient({
    connection: { address: await proxy.open() },
    namespace: 'default',
    dataConverter: testDataConverter,
  });
  const service = await startService({ client, nativeConnection: server.nativeConnection });
  const { app } = service;
  return {
    proxy,
    isReady: async () => (await app.inject({ method: 'GET', url: '/readyz' })).statusCode === 200,
    start: () =>
      app.inject({
        method: 'POST',
        url: '/verifications',
        headers: { authorization: `Bearer ${API_KEYS[0]}` },
        payload: { phoneNumber: uniquePhoneNumber() },
      }),
    stop: async () => {
      await service.stop();
      await client.connection.close();
      await proxy.close();
    },
  };
}

// These tests mostly wait, so they run side by side. Each has its own service and its own proxy.

test.concurrent('after a long outage of Temporal, the API answers again within 5 s', async () => {
  const { proxy, isReady, start, stop } = await startBehindProxy();
  expect((await start()).statusCode).toBe(202);
  proxy.cutOff();
  const cutOffAt = Date.now();
  const duringOutage = await eventually(async () => {
    const { statusCode } = await start();
    return Date.now() - cutOffAt > OUTAGE_MS ? statusCode : undefined;
  });
  expect(duringOutage).toBe(503);

  const asked = eventually(isReady);
  await proxy.restore();
  const restoredAt = Date.now();
  await asked;
  expect(Date.now() - restoredAt).toBeLessThan(RECOVERY_LIMIT_MS);
  expect((await start()).statusCode).toBe(202);
  await stop();
});

test.concurrent('a connection to Temporal that is dead without a sign is replaced within 20 s', async () => {
  const { proxy, isReady, start, stop } = await startBehindProxy();
  expect((await start()).statusCode).toBe(202);
  proxy.freeze();
  const frozenAt = Date.now();
  expect((await start()).statusCode).toBe(503);

  await eventually(isReady);

  expect(Date.now() - frozenAt).toBeLessThan(DEAD_CONNECTION_LIMIT_MS);
  expect((await start()).statusCode).toBe(202);
  await stop();
});
