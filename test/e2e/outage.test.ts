import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Client } from '@temporalio/client';
import { LOOPBACK } from '../../harness/ports';
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

jest.setTimeout(90_000);

/** By then gRPC's own pauses between its tries to reconnect are longer than ten seconds. */
const OUTAGE_MS = 15_000;
/** With a pause of a second at most, and a slow machine. */
const BACK_LIMIT_MS = 5_000;

/** Stands before the Temporal server, and while it is cut off lets nobody through. */
class Gate {
  readonly #server: Server = createServer((caller) => this.#receive(caller));
  readonly #connections = new Set<Socket>();
  #isCutOff = false;

  constructor(private readonly target: string) {}

  async open(): Promise<string> {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `${LOOPBACK}:${port}`;
  }

  cutOff(): void {
    this.#isCutOff = true;
    this.#destroyAll();
  }

  /** Lets callers through again, at the worst moment: just after one was turned away. */
  async restore(): Promise<void> {
    await once(this.#server, 'connection');
    this.#isCutOff = false;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#destroyAll();
    await once(this.#server, 'close');
  }

  #receive(caller: Socket): void {
    if (this.#isCutOff) return void caller.destroy();
    const { hostname, port } = new URL(`tcp://${this.target}`);
    const callee = connect(Number(port), hostname);
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      this.#connections.add(from);
      // Half a connection is none: an end of any kind takes the other side along.
      from.once('close', () => {
        this.#connections.delete(from);
        to.destroy();
      });
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  }

  #destroyAll(): void {
    for (const connection of this.#connections) connection.destroy();
  }
}

let gate: Gate;
let server: DevServer;
let client: Client;
let service: Service;

beforeAll(async () => {
  gate = new Gate(requiredEnv('TEST_TEMPORAL_ADDRESS'));
  const address = await gate.open();
  server = await connectDevServer();
  client = createTemporalClient({
    connection: { address },
    namespace: 'default',
    dataConverter: testDataConverter,
  });
  // The worker's connection is its own: only the API loses Temporal.
  service = await startService({ client, nativeConnection: server.nativeConnection });
});

afterAll(async () => {
  await service.stop();
  await client.connection.close();
  await server.close();
  await gate.close();
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

test('the API answers again within 5 s after Temporal was away for longer', async () => {
  expect((await start()).statusCode).toBe(202);
  gate.cutOff();
  const cutOffAt = Date.now();
  const duringOutage = await eventually(async () => {
    const { statusCode } = await start();
    return Date.now() - cutOffAt > OUTAGE_MS ? statusCode : undefined;
  });
  expect(duringOutage).toBe(503);

  const asked = eventually(isReady);
  await gate.restore();
  const restoredAt = Date.now();
  await asked;
  expect(Date.now() - restoredAt).toBeLessThan(BACK_LIMIT_MS);
  expect((await start()).statusCode).toBe(202);
});
