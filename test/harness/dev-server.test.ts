import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { freePort } from '../../harness/ports';
import { startProcess } from '../../harness/processes/start-process';
import {
  devServerCommand,
  type DevServerOptions,
  startTemporalDevServer,
  type TemporalDevServer,
} from '../../harness/temporal/dev-server';
import { eventually } from '../support/eventually';

const { IndexedValueType } = temporal.api.enums.v1;
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

/** The search attributes of a namespace that were added to it. */
async function attributes(address: string, namespace: string) {
  const connection = await Connection.connect({ address });
  try {
    return (await connection.operatorService.listSearchAttributes({ namespace })).customAttributes;
  } finally {
    await connection.close();
  }
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

test('the search attributes are added, also to a database that is older than they are', async () => {
  const dbFile = path.join(directory, 'temporal.db');
  const port = await freePort();
  const executable = process.env['TEST_TEMPORAL_CLI'] ?? '';
  const older = startProcess(devServerCommand({ executable, port, dbFile }), () => {});
  const address = `127.0.0.1:${port}`;
  expect(await eventually(() => attributes(address, 'default'))).toEqual({});
  await older.stop(10_000);

  const now = await start({ dbFile });

  expect(await attributes(now.address, 'default')).toEqual({
    VerificationStatus: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    Tenant: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    Country: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    TextsSent: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  });
});

test('another namespace is created, with the same retention and search attributes', async () => {
  const server = await start({ namespace: 'mine' });
  expect(await retentionMs(server, 'mine')).toBe(RETENTION_MS);
  expect(Object.keys(await attributes(server.address, 'mine'))).toContain('VerificationStatus');
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
