import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeBuildDirectory } from '../../harness/project';
import { readTenantsFile } from '../../src/config/tenants-file';
import { environment as environmentOfService } from '../../src/config/variables';
import { expectDefaults, readPage } from '../support/page-blocks';
import { RunningService } from '../support/running-service';
import { runToEnd } from '../support/run-to-end';
import { uniquePhoneNumber } from '../support/service';

const { block, blocks, variables } = readPage('docs/twilio-verify.md');
const [tenants = '', tenantsWithTemplate = ''] = blocks('2. The tenants file', 'yaml');
const defaults = Object.fromEntries(variables().map(({ name, value }) => [name, value]));

let directory: string;
let service: RunningService;
let environment: Record<string, string>;

/** The service has the tenants file of the page. */
beforeAll(async () => {
  directory = await makeBuildDirectory('twilio-verify');
  const file = await save('tenants.yaml', tenants);
  service = await RunningService.create({ TENANTS_FILE: file });
  const [api] = await Promise.all([service.startApi(), service.startWorker()]);
  environment = { VERIFY_URL: api.url.replace('/verifications', ''), SANDBOX_URL: service.sandbox.url };
});

afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true });
});

async function save(name: string, text: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, text);
  return file;
}

test('the Node program verifies a number', async () => {
  await save('verify.mjs', block('Node', 'js'));
  const env = { ...environment, PHONE_NUMBER: uniquePhoneNumber() };

  expect(await runToEnd(process.execPath, ['verify.mjs'], env, directory)).toEqual({
    exitCode: 0,
    stdout: block('Set the base URL', 'text'),
    stderr: '',
  });
});

test('the log of the API names the service, its tenant and no secret', () => {
  const { VERIFY_SERVICE_SID: sid = '', VERIFY_AUTH_TOKEN: token = '' } = defaults;

  expect(service.output).toContain(`Twilio Verify: ${sid} (tenant shop)`);
  expect(service.output).not.toContain(token);
});

test('the shell line makes the hash of the tenants file', async () => {
  const hash = (env: Record<string, string>) => runToEnd('sh', ['-c', block('1. Credentials', 'sh')], env);
  const { stdout } = await hash({ TWILIO_AUTH_TOKEN: defaults['VERIFY_AUTH_TOKEN'] ?? '' });

  expect(tenants).toContain(`'sha256:${stdout.split(' ')[0]}'`);
  expect(await hash({})).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('not set') as unknown,
  });
});

test('a create is repeated with its Idempotency-Key, and sends one message', async () => {
  const to = uniquePhoneNumber();
  const create = () =>
    runToEnd('sh', ['-c', block('What differs', 'sh')], { ...environment, PHONE_NUMBER: to });

  const first = await create();
  expect(JSON.parse(first.stdout)).toMatchObject({ to, status: 'pending' });
  expect(await create()).toEqual(first);
  expect(service.sandbox.inbox(to)).toHaveLength(1);
});

test('the tenants file with a template is valid', async () => {
  const file = await save('templates.yaml', tenantsWithTemplate);

  expect(readTenantsFile({ TENANTS_FILE: file }).faults).toEqual([]);
});

test('the programs for Node and Python have the defaults of the table', () => {
  for (const program of [block('Node', 'js'), block('Python', 'python')])
    expectDefaults(program, variables());
});

test('the shell lines have the defaults of the table, and no name is one of the service', () => {
  const ofShell = variables().filter(({ name }) => name !== 'SANDBOX_URL');

  expectDefaults(block('What differs', 'sh'), ofShell);
  expect(Object.keys(defaults).filter((name) => name in environmentOfService.shape)).toEqual([]);
});
