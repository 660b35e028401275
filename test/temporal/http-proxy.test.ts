import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { LOOPBACK, urlOf } from '../../harness/ports';
import { registerNamespace } from '../../harness/temporal/namespace';
import { createTemporalClient } from '../../src/temporal/client';
import { requiredEnv } from '../support/required-env';

const VARIABLES = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_proxy', 'no_grpc_proxy'];

let environment: NodeJS.ProcessEnv;
let proxy: Server;
/** What the proxy was asked to connect to. It refuses. */
let targets: string[];

// gRPC logs each try that the proxy refuses. The last one can be after the test.
beforeAll(() => setLogVerbosity(logVerbosity.NONE));

beforeEach(async () => {
  targets = [];
  proxy = createServer().on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
    targets.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await once(proxy.listen(0, LOOPBACK), 'listening');
  environment = { ...process.env };
  for (const name of VARIABLES) delete process.env[name];
  process.env['http_proxy'] = urlOf(LOOPBACK, (proxy.address() as AddressInfo).port);
});

afterEach(() => {
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, environment);
  proxy.close();
});

async function describeSystem(address: string, timeoutMs: number): Promise<void> {
  const { connection } = createTemporalClient({ connection: { address }, namespace: 'default' });
  try {
    const deadline = Date.now() + timeoutMs;
    await connection.withDeadline(deadline, () => connection.workflowService.getSystemInfo({}));
  } finally {
    await connection.close();
  }
}

test('a Temporal server on this machine is not asked through an HTTP proxy', async () => {
  const address = requiredEnv('TEST_TEMPORAL_ADDRESS');
  for (const each of [address, address.replace(LOOPBACK, 'localhost')]) await describeSystem(each, 30_000);
  await registerNamespace(address, 'default');
  expect(targets).toEqual([]);
});

test('another one is', async () => {
  const refused = describeSystem('temporal.example.com:7233', 2_000);
  await expect(refused).rejects.toMatchObject({ code: expect.any(Number) });
  expect(targets).toContain('temporal.example.com:7233');
});
