import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../harness/ports';
import { loadOrCreateSecrets } from '../../dev/secrets';
import { operatorConfig } from '../../src/config/operator-config';
import { createDigests } from '../../src/crypto/digest';
import { webUiLink } from '../../src/find';
import { parseVerificationId, workflowIdFor } from '../../src/gateway/ids';
import { storedMemo } from '../../src/gateway/stored-data';
import { callApi } from '../support/api-client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { serviceEnv } from '../support/processes';
import { RunningService } from '../support/running-service';
import { runCompiled, runNpm } from '../support/run-to-end';
import { DEFAULT_POLICY, eventually, receivedCode, requiredEnv, uniquePhoneNumber } from '../support/service';

const NUMBER = /\+\d{11}/;
const WEB_UI = 'https://temporal.example.com';

let server: DevServer;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(() => server.close());

const find = (args: string[], env: Record<string, string> = {}) => runCompiled('find', args, serviceEnv(env));

const digestKey = Buffer.from(serviceEnv({})['PHONE_DIGEST_KEY'] ?? '', 'base64');
const workflowIdOf = (phoneNumber: string, key = digestKey) =>
  workflowIdFor(createDigests(key).phoneNumber('default', phoneNumber));

/** A run that no worker serves. */
async function startRun(workflowId: string): Promise<string> {
  const options = { workflowId, taskQueue: `find-${randomUUID()}` };
  return (await server.client.workflow.start('phoneVerification', options)).firstExecutionRunId;
}

/** The run id and the status of each listed run. */
function runsIn(stdout: string): string[] {
  return [...stdout.matchAll(/^ {2}run +(.*)$/gm)].map(([, run = '']) => run);
}

describe('with the service', () => {
  let service: RunningService;
  let url: string;

  beforeAll(async () => {
    service = await RunningService.create();
    ({ url } = await service.startApi());
    await service.startWorker();
  });

  afterAll(() => service.stop());

  const start = async (phoneNumber: string) => (await callApi('POST', url, { body: { phoneNumber } })).body;

  test('a number or an id finds all runs, newest first, with their status and links', async () => {
    const phoneNumber = uniquePhoneNumber();
    const first = await start(phoneNumber);
    const code = await receivedCode(service.sandbox, phoneNumber);
    const checked = await callApi('POST', `${url}/${first.id}/check`, { body: { code } });
    expect(checked.body.status).toBe('verified');
    const second = await eventually(async () => {
      const started = await start(phoneNumber);
      return started.status === 'sending' ? started.id : undefined;
    });
    await eventually(async () => (await callApi('GET', `${url}/${second}`)).body.status === 'pending');
    const runIds = [second, first.id].map((id) => parseVerificationId(id)?.runId ?? '');

    const { exitCode, stdout, stderr } = await find([phoneNumber], { CODEC_SERVER_ORIGIN: WEB_UI });

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`  workflow  ${workflowIdOf(phoneNumber)}\n`);
    expect(runsIn(stdout)).toEqual([`${runIds[0]}  Running, pending`, `${runIds[1]}  Completed, verified`]);
    const links = runIds.map(
      (runId) =>
        `${WEB_UI}/namespaces/default/workflows/${encodeURIComponent(workflowIdOf(phoneNumber))}/${runId}`,
    );
    expect(stdout.match(/https:\S+/g)).toEqual(links);
    expect(stdout).not.toMatch(NUMBER);
    expect(stdout).toContain(phoneNumber.slice(-2));

    const byId = await find([first.id], { CODEC_SERVER_ORIGIN: WEB_UI });

    expect(byId.exitCode).toBe(0);
    expect(byId.stdout).toContain(`  workflow  ${workflowIdOf(phoneNumber)}\n`);
    expect(runsIn(byId.stdout)).toEqual([
      `${runIds[0]}  Running, pending`,
      `${runIds[1]}  Completed, verified  <- this id`,
    ]);
    expect(byId.stdout).not.toContain(first.id);

    const withAnotherKey = { SECRET_KEYS: `k2:${Buffer.alloc(32, 6).toString('base64')}` };
    const unreadable = await find([phoneNumber], withAnotherKey);

    expect(runsIn(unreadable.stdout)).toEqual([`${runIds[0]}  Running`, `${runIds[1]}  Completed`]);

    const withoutKeys = await find([phoneNumber], { SECRET_KEYS: '' });

    expect({ exitCode: withoutKeys.exitCode, stderr: withoutKeys.stderr }).toEqual({
      exitCode: 0,
      stderr: '',
    });
    expect(runsIn(withoutKeys.stdout)).toEqual(runsIn(unreadable.stdout));
  });
});

test('without a worker and a result, the status is the one of Temporal', async () => {
  const phoneNumber = uniquePhoneNumber();
  const workflowId = workflowIdOf(phoneNumber);
  const first = await startRun(workflowId);
  await server.client.workflow.getHandle(workflowId).terminate();
  const second = await startRun(workflowId);
  await eventually(async () => runsIn((await find([phoneNumber])).stdout).length === 2);

  const { exitCode, stdout } = await find([phoneNumber]);

  expect(exitCode).toBe(0);
  expect(runsIn(stdout)).toEqual([`${second}  Running`, `${first}  Terminated`]);
  expect(stdout).toContain('set CODEC_SERVER_ORIGIN');
  await server.client.workflow.getHandle(workflowId).terminate();
});

test('a locked number is shown as locked, also if only its workflow ID is given', async () => {
  const workflowId = workflowIdOf(uniquePhoneNumber());
  const ledger = { unsuccessful: 24, failedCodes: 96, lastUnsuccessfulAt: null, messages: [] };
  const memo = storedMemo({
    tenantId: 'default',
    nonce: 'n',
    phoneNumber: '+14255550123',
    createdAt: '2026-11-23T10:00:00.000Z',
    policy: DEFAULT_POLICY,
    ledger,
  });
  const execution = { workflowId, taskQueue: `find-${randomUUID()}`, memo };
  const { firstExecutionRunId } = await server.client.workflow.start('phoneVerification', execution);
  const unencrypted = { PAYLOAD_ENCRYPTION: 'off' };
  expect((await find([workflowId], unencrypted)).stdout).not.toContain('locked');
  // A terminated run counts as if all of its four attempts had been wrong.
  await server.client.workflow.getHandle(workflowId).terminate();

  const { exitCode, stdout } = await find([workflowId], unencrypted);

  expect(exitCode).toBe(0);
  expect(stdout).toContain(`workflow ID\n  workflow  ${workflowId}\n  locked    too many wrong codes`);
  expect(runsIn(stdout)).toEqual([`${firstExecutionRunId}  Terminated`]);
});

test('a number without runs', async () => {
  const { exitCode, stdout } = await find([uniquePhoneNumber()]);

  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'no run found at these tenants: default. ' +
      'Runs of other tenants (TENANTS_FILE) or of another PHONE_DIGEST_KEY are not found.',
  );
});

test.each([
  [['secret', '4255550123'], 'argument 1 and 2 of 2 is neither a phone number'],
  [[`VE${'0'.repeat(32)}`], 'nor a SID (VE…) of a tenant in TENANTS_FILE'],
  [[], 'no argument was given'],
])('%j: the error explains the problem and does not contain the arguments', async (args, sentence) => {
  const { exitCode, stdout, stderr } = await find(args);

  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr).not.toMatch(/secret|[^1]4255550123/);
});

test('without Temporal, the command prints an error and ends', async () => {
  const address = `127.0.0.1:${await freePort()}`;

  const { exitCode, stderr } = await find([uniquePhoneNumber()], { TEMPORAL_ADDRESS: address });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(`Temporal can't be reached at ${address}`);
});

test.each([
  [{ TEMPORAL_ADDRESS: 'verify.a1b2c.tmprl.cloud:7233', TEMPORAL_NAMESPACE: 'verify.a1b2c' }, 'verify.a1b2c'],
  [{ TEMPORAL_ADDRESS: 'us-west-2.aws.api.temporal.io:7233', TEMPORAL_NAMESPACE: 'a b' }, 'a%20b'],
])('%j: the links lead to Temporal Cloud', (env, namespace) => {
  const config = operatorConfig({ ...serviceEnv({}), ...env });

  expect(webUiLink(config, 'phone-verification:00ff', 'run')).toBe(
    `https://cloud.temporal.io/namespaces/${namespace}/workflows/phone-verification%3A00ff/run`,
  );
});

test('npm run find uses the secrets of npm run dev', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'find-'));
  try {
    const phoneNumber = uniquePhoneNumber();
    const key = Buffer.from(loadOrCreateSecrets(dataDir).PHONE_DIGEST_KEY, 'base64');
    const runId = await startRun(workflowIdOf(phoneNumber, key));

    const { exitCode, stdout } = await runNpm('find', [phoneNumber], {
      DATA_DIR: dataDir,
      TEMPORAL_DEV_PORT: new URL(`http://${requiredEnv('TEST_TEMPORAL_ADDRESS')}`).port,
      TEMPORAL_UI_PORT: '8299',
    });

    expect(exitCode).toBe(0);
    expect(runsIn(stdout)).toEqual([`${runId}  Running`]);
    expect(stdout).toContain('http://localhost:8299/namespaces/default/workflows/phone-verification%3A');
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
