import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../harness/ports';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { addAttributesCommand } from '../../src/temporal/search-attributes';
import { callApi } from '../support/api-client';
import { connectBareNamespace, type DevServer } from '../support/dev-server';
import { startCommand, untilPrinted } from '../support/processes';
import { RunningService } from '../support/running-service';
import { eventually, receivedCode, requiredEnv, uniquePhoneNumber } from '../support/service';

let service: RunningService;

afterEach(() => service.stop());

test('in a namespace without search attributes, API and worker say once how to add them, and work', async () => {
  const bare = await connectBareNamespace();
  const { namespace } = bare.client.options;
  service = await RunningService.create({ TEMPORAL_NAMESPACE: namespace });
  const command = addAttributesCommand(namespace);

  const { process: api, url } = await service.startApi();
  await untilPrinted(api, command);
  const worker = await service.startWorker();
  for (let verifications = 0; verifications < 2; verifications++) {
    const phoneNumber = uniquePhoneNumber();
    const { id } = (await callApi('POST', url, { body: { phoneNumber } })).body;
    const code = await receivedCode(service.sandbox, phoneNumber);
    const checked = await callApi('POST', `${url}/${id}/check`, { body: { code } });
    expect(checked.body).toMatchObject({ verified: true });
  }

  const warnings = [api, worker].map(({ output }) =>
    output()
      .split('\n')
      .filter((line) => line.includes(command))
      .map((line) => (JSON.parse(line) as { level: number }).level),
  );
  expect(warnings).toEqual([[40], [40]]);
  await bare.close();
});

test('in a namespace with them, neither says so', async () => {
  service = await RunningService.create();
  const { process: api, url } = await service.startApi();
  const worker = await service.startWorker();
  const phoneNumber = uniquePhoneNumber();
  await callApi('POST', url, { body: { phoneNumber } });
  await eventually(() => service.sandbox.inbox(phoneNumber)[0]);

  expect(api.output() + worker.output()).not.toContain('search attribute');
});

test('npm run dev with a Temporal server of its user only warns: it changes nothing there', async () => {
  service = await RunningService.create();
  const bare = await connectBareNamespace();
  const { namespace } = bare.client.options;
  const before = await namespaceFacts(bare);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'npm-run-dev-'));
  const dev = startCommand({
    command: 'npm',
    args: ['run', 'dev'],
    cwd: PROJECT_DIRECTORY,
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      SMS_SANDBOX_PORT: String(await freePort()),
      TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS'),
      TEMPORAL_NAMESPACE: namespace,
    },
  });

  await untilPrinted(dev, 'Ctrl-C ends everything.');
  await untilPrinted(dev, addAttributesCommand(namespace));

  expect(await namespaceFacts(bare)).toEqual(before);
  dev.kill('SIGINT');
  await dev.exited;
  await rm(dataDir, { recursive: true });
  await bare.close();
});

/** What a command could change of a namespace: its retention and its search attributes. */
async function namespaceFacts({ client: { connection, options } }: DevServer) {
  const { namespace } = options;
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return JSON.stringify({ config, customAttributes });
}
