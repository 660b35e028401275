import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../harness/ports';
import { loadOrCreateSecrets } from '../../dev/secrets';
import { createDigests } from '../../src/crypto/digest';
import { workflowIdFor } from '../../src/gateway/ids';
import { callApi } from '../support/api-client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { serviceEnv } from '../support/processes';
import { RunningService } from '../support/running-service';
import { runCompiled, runNpm } from '../support/run-to-end';
import { serviceBuild } from '../support/service-build';
import { eventually, receivedCode, requiredEnv, uniquePhoneNumber, wrongCodeFor } from '../support/service';

// The server takes half a minute to delete runs that have just closed.
const NUMBER = /\+?\d{11}/;

const forget = (numbers: string[], env: Record<string, string> = {}) =>
  runCompiled('forget', numbers, serviceEnv(env));

let server: DevServer;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(() => server.close());

const digestKey = Buffer.from(serviceEnv({})['PHONE_DIGEST_KEY'] ?? '', 'base64');
const workflowIdOf = (phoneNumber: string, key = digestKey) =>
  workflowIdFor(createDigests(key).phoneNumber('default', phoneNumber));

/** Starts runs that no worker serves, one after the other. The last one stays open. */
async function startRuns(workflowId: string, count: number): Promise<void> {
  const { workflow } = server.client;
  for (let started = 1; started <= count; started++) {
    await workflow.start('phoneVerification', { workflowId, taskQueue: `forget-${randomUUID()}` });
    if (started < count) await workflow.getHandle(workflowId).terminate();
  }
}

/** The status of each run that Temporal lists. */
async function runsOf(workflowId: string): Promise<string[]> {
  const runs = [];
  for await (const { status } of server.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    runs.push(status.name);
  }
  return runs;
}

describe('with the service', () => {
  let service: RunningService;
  let url: string;

  beforeAll(async () => {
    service = await RunningService.create({ COOLDOWN_SECONDS: '3600' });
    ({ url } = await service.startApi());
    await service.startWorker();
  });

  afterAll(() => service.stop());

  const start = (phoneNumber: string) => callApi('POST', url, { body: { phoneNumber } });
  const check = (at: string, code: string) => callApi('POST', `${at}/check`, { body: { code } });

  async function startAndReceive(phoneNumber: string) {
    const { status, body } = await start(phoneNumber);
    expect(status).toBe(202);
    return { at: `${url}/${body.id}`, code: await receivedCode(service.sandbox, phoneNumber) };
  }

  test('numbers in a cool-down or with an open verification can start again, and no old run is found', async () => {
    const [guessed, open, other] = [uniquePhoneNumber(), uniquePhoneNumber(), uniquePhoneNumber()];
    const frequent = uniquePhoneNumber();
    await startRuns(workflowIdOf(frequent), 4);
    const first = await startAndReceive(guessed);
    for (let attempt = 0; attempt < 4; attempt++) {
      await check(first.at, wrongCodeFor(first.code));
    }
    await eventually(async () => (await start(guessed)).status === 429);
    const second = await startAndReceive(open);
    const third = await startAndReceive(other);

    const { exitCode, stdout, stderr } = await forget([guessed, open, guessed, frequent]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`${guessed.slice(-2)}: 1 deleted, 0 of them open`);
    expect(stdout).toContain(`${open.slice(-2)}: 1 deleted, 1 of them open`);
    expect(stdout).toContain(`${frequent.slice(-2)}: 4 deleted, 1 of them open`);
    expect(stdout).not.toMatch(NUMBER);
    expect(await runsOf(workflowIdOf(frequent))).toEqual([]);
    expect((await callApi('GET', first.at)).status).toBe(404);
    expect((await callApi('GET', second.at)).status).toBe(404);
    expect(await check(second.at, second.code)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
    expect((await start(guessed)).status).toBe(202);
    expect((await start(open)).status).toBe(202);
    expect(await check(third.at, third.code)).toMatchObject({
      status: 200,
      body: { status: 'verified' },
    });
  });
});

test('the output lists the data that remains elsewhere, and for how long', async () => {
  const { exitCode, stdout } = await forget([uniquePhoneNumber()]);

  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'no run found at these tenants: default. ' +
      'Runs of other tenants (TENANTS_FILE) or of another PHONE_DIGEST_KEY are not found.',
  );
  for (const fact of ['backups until', 'the namespace has no archive', '400 days', 'until their period']) {
    expect(stdout).toContain(fact);
  }
});

test('the runs are deleted even if the reader of the output ends first, as in npm run forget | head -1', async () => {
  const phoneNumber = uniquePhoneNumber();
  const workflowId = workflowIdOf(phoneNumber);
  await startRuns(workflowId, 1);

  const command = spawn(process.execPath, [path.join(await serviceBuild(), 'forget.js'), phoneNumber], {
    env: serviceEnv({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  command.stdout.destroy();
  let stderr = '';
  command.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [exitCode] = await once(command, 'close');

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await runsOf(workflowId)).toEqual([]);
});

describe('nothing is deleted', () => {
  test('if an argument is not a phone number: the error has its position, not its content', async () => {
    const phoneNumber = uniquePhoneNumber();
    const workflowId = workflowIdOf(phoneNumber);
    await startRuns(workflowId, 1);

    const { exitCode, stdout, stderr } = await forget([phoneNumber, '4255550123', 'secret']);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('argument 2 and 3 of 3 is not a phone number');
    expect(stderr).toContain('Nothing was deleted');
    expect(stderr).not.toMatch(/secret|[^1]4255550123/);
    expect(await server.client.workflow.getHandle(workflowId).describe()).toMatchObject({
      status: { name: 'RUNNING' },
    });
    await server.client.workflow.getHandle(workflowId).terminate();
  });

  test('if there is no argument', async () => {
    const { exitCode, stderr } = await forget([]);

    expect(exitCode).toBe(1);
    expect(stderr).toContain('no number was given');
  });

  test('without Temporal: the command prints an error and ends', async () => {
    const address = `127.0.0.1:${await freePort()}`;

    const { exitCode, stdout, stderr } = await forget([uniquePhoneNumber()], { TEMPORAL_ADDRESS: address });

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`Temporal can't be reached at ${address}`);
    expect(stderr).toContain('Nothing was deleted');
  });

  test('in a namespace that does not exist', async () => {
    const { exitCode, stderr } = await forget([uniquePhoneNumber()], { TEMPORAL_NAMESPACE: 'elsewhere' });

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/refused: Namespace elsewhere is not found.*Nothing was deleted/);
  });
});

describe('npm run forget', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'forget-'));
  });

  afterEach(() => {
    rmSync(dataDir, { recursive: true });
  });

  const inDevelopment = (numbers: string[]) =>
    runNpm('forget', numbers, {
      DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS'),
    });

  test('uses the secrets of npm run dev', async () => {
    const phoneNumber = uniquePhoneNumber();
    const key = Buffer.from(loadOrCreateSecrets(dataDir).PHONE_DIGEST_KEY, 'base64');
    await startRuns(workflowIdOf(phoneNumber, key), 1);

    const { exitCode, stdout } = await inDevelopment([phoneNumber]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(': 1 deleted, 1 of them open');
    expect(stdout).toContain('DATA_DIR/sms-sandbox');
    expect(await runsOf(workflowIdOf(phoneNumber, key))).toEqual([]);
  });

  test('uses the environment if it has a PHONE_DIGEST_KEY', async () => {
    const phoneNumber = uniquePhoneNumber();
    loadOrCreateSecrets(dataDir);
    await startRuns(workflowIdOf(phoneNumber), 1);

    const { stdout } = await runNpm('forget', [phoneNumber], serviceEnv({ DATA_DIR: dataDir }));

    expect(stdout).toContain(': 1 deleted, 1 of them open');
  });

  test('without both, prints what to set and creates no secrets', async () => {
    writeFileSync(path.join(dataDir, 'something'), '');

    const { exitCode, stderr } = await inDevelopment([uniquePhoneNumber()]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/set PHONE_DIGEST_KEY .* or set DATA_DIR .*has no secrets\.json/);
  });
});
