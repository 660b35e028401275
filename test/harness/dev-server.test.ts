import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { freePort } from '../../harness/ports';
import {
  type DevServerOptions,
  startTemporalDevServer,
  type TemporalDevServer,
} from '../../harness/temporal/dev-server';

const RETENTION_MS = 30 * 24 * 3_600_000;

let directory: string;
const servers: TemporalDevServer[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'dev-server-'));
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await rm(directory, { recursive: true });
});

async function start(options: Partial<DevServerOptions> = {}): Promise<TemporalDevServer> {
  const executable = process.env['TEST_TEMPORAL_CLI'] ?? '';
  const server = await startTemporalDevServer({ executable, port: await freePort(), ...options });
  servers.push(server);
  return server;
}

async function retentionMs({ address }: TemporalDevServer, namespace: string): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return tsToMs(config?.workflowExecutionRetentionTtl);
  } finally {
    await connection.close();
  }
}

test('the retention is 30 days, also after a restart', async () => {
  const dbFile = path.join(directory, 'temporal.db');

  const first = await start({ dbFile });
  expect(await retentionMs(first, 'default')).toBe(RETENTION_MS);
  await first.stop();

  expect(await retentionMs(await start({ dbFile }), 'default')).toBe(RETENTION_MS);
});

test('another namespace is created, with the same retention', async () => {
  expect(await retentionMs(await start({ namespace: 'mine' }), 'mine')).toBe(RETENTION_MS);
});

test('the Web UI answers at its URL, if there is one', async () => {
  const [plain, withUi] = await Promise.all([start(), start({ uiPort: await freePort() })]);

  expect(plain.uiUrl).toBeUndefined();
  expect((await fetch(`${withUi.uiUrl}`)).status).toBe(200);
});

test('the Web UI gets the URL of the codec server', async () => {
  const uiCodecEndpoint = 'http://localhost:3000/codec';
  const { uiUrl } = await start({ uiPort: await freePort(), uiCodecEndpoint });

  expect(await (await fetch(`${uiUrl}/api/v1/settings`)).json()).toMatchObject({
    Codec: { Endpoint: uiCodecEndpoint },
  });
});

test('exited resolves when the server is killed', async () => {
  const server = await start();

  process.kill(server.pid, 'SIGKILL');

  await server.exited;
});

test('if the server ends at once, the error contains its output', async () => {
  await expect(start({ dbFile: path.join(directory, 'nowhere', 'temporal.db') })).rejects.toThrow(
    /^The Temporal server ended:\n.*nowhere/s,
  );
});
