import type { Client } from '@temporalio/client';
import { createTemporalClient } from '../../src/temporal/client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  eventually,
  requiredEnv,
  startService,
  testDataConverter,
  uniquePhoneNumber,
  type Service,
} from '../support/service';
import { TcpProxy } from '../support/tcp-proxy';

/** After this time, gRPC's default pause between attempts to reconnect is longer than ten seconds. */
const OUTAGE_MS = 15_000;
/** Enough for a pause of at most one second on a slow machine. */
const RECOVERY_LIMIT_MS = 5_000;
/** A ping after 12 s, its time-out of 3 s, and a pause on a slow machine. */
const DEAD_CONNECTION_LIMIT_MS = 20_000;

let proxy: TcpProxy;
let server: DevServer;
let client: Client;
let service: Service;

beforeAll(async () => {
  proxy = new TcpProxy(requiredEnv('TEST_TEMPORAL_ADDRESS'));
  const address = await proxy.open();
  server = await connectDevServer();
  client = createTemporalClient({
    connection: { address },
    namespace: 'default',
    dataConverter: testDataConverter,
  });
  // The worker has its own connection, so only the API loses Temporal.
  service = await startService({ client, nativeConnection: server.nativeConnection });
});

afterAll(async () => {
  await service.stop();
  await client.connection.close();
  await server.close();
  await proxy.close();
});

const isReady = async () =>
  (await service.app.inject({ method: 'GET', url: '/readyz' })).statusCode === 200 ? true : undefined;

const start = () =>
  service.app.inject({
    method: 'POST',
    url: '/verifications',
    headers: { authorization: `Bearer ${API_KEYS[0]}` },
    payload: { phoneNumber: uniquePhoneNumber() },
  });

test('after a long outage of Temporal, the API answers again within 5 s', async () => {
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
});

test('a connection to Temporal that is dead without a sign is replaced within 20 s', async () => {
  expect((await start()).statusCode).toBe(202);
  proxy.freeze();
  const frozenAt = Date.now();
  expect((await start()).statusCode).toBe(503);

  await eventually(isReady);

  expect(Date.now() - frozenAt).toBeLessThan(DEAD_CONNECTION_LIMIT_MS);
  expect((await start()).statusCode).toBe(202);
});
