import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashOf } from '../../src/crypto/api-keys';
import { createDigests } from '../../src/crypto/digest';
import { workflowIdFor } from '../../src/gateway/ids';
import { callApi } from '../support/api-client';
import { serviceEnv } from '../support/processes';
import { RunningService } from '../support/running-service';
import { runCompiled } from '../support/run-to-end';
import { eventually, uniquePhoneNumber } from '../support/service';
import { ACCOUNT_SID, AUTH_TOKEN, send, SERVICE_SID } from '../support/verify-service';

// The server takes half a minute to delete runs that have just closed.
jest.setTimeout(150_000);

const SHOP_KEY = 'the-key-of-the-shop';
const CLUB_KEY = 'the-key-of-the-club';

let directory: string;
let tenants: { TENANTS_FILE: string };
let service: RunningService;
let url: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'tenants-'));
  tenants = { TENANTS_FILE: path.join(directory, 'tenants.yaml') };
  const content = {
    tenants: {
      shop: { name: 'Shop', apiKeys: [`sha256:${hashOf(SHOP_KEY)}`], smsTemplate: '{name}: {code}' },
      club: { name: 'Club', apiKeys: [`sha256:${hashOf(CLUB_KEY)}`], codeLength: 6 },
      verify: {
        name: 'Verify',
        verify: {
          serviceSid: SERVICE_SID,
          accountSid: ACCOUNT_SID,
          authToken: `sha256:${hashOf(AUTH_TOKEN)}`,
        },
      },
    },
  };
  // JSON is YAML, too.
  writeFileSync(tenants.TENANTS_FILE, JSON.stringify(content));
  service = await RunningService.create(tenants);
  ({ url } = await service.startApi());
  await service.startWorker();
});

afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

const digests = createDigests(Buffer.from(serviceEnv({})['PHONE_DIGEST_KEY'] ?? '', 'base64'));
const workflowIdOf = (tenantId: string, phoneNumber: string) =>
  workflowIdFor(digests.phoneNumber(tenantId, phoneNumber));

/** Starts a verification and waits until its window is open. */
async function startPending(phoneNumber: string, apiKey: string): Promise<string> {
  const { status, body } = await callApi('POST', url, { apiKey, body: { phoneNumber } });
  expect(status).toBe(202);
  const at = `${url}/${body.id}`;
  await eventually(async () => (await callApi('GET', at, { apiKey })).body.status === 'pending');
  return at;
}

test('the operator commands find and delete a number at every tenant', async () => {
  const phoneNumber = uniquePhoneNumber();
  const ours = await startPending(phoneNumber, 'dev');
  const theirs = await startPending(phoneNumber, SHOP_KEY);
  const bodies = service.sandbox.inbox(phoneNumber).map(({ body }) => body);
  expect(bodies).toEqual([
    expect.stringMatching(/^Shop: \d{4}$/),
    expect.stringMatching(/^Your verification code is \d{4}\.$/),
  ]);

  const found = await runCompiled('find', [phoneNumber], serviceEnv(tenants));

  expect(found).toMatchObject({ exitCode: 0, stderr: '' });
  const sections = found.stdout.split('\n\n').slice(1);
  expect(sections.map((section) => section.split('\n')[0])).toEqual(
    ['default', 'shop'].map((id) => expect.stringMatching(new RegExp(`, tenant ${id}$`)) as unknown),
  );
  for (const [index, id] of ['default', 'shop'].entries())
    expect(sections[index]).toContain(`  workflow  ${workflowIdOf(id, phoneNumber)}\n`);
  expect(sections.map((section) => /Running, pending$/m.test(section))).toEqual([true, true]);
  expect(found.stdout).not.toContain('no run found');

  const withoutRuns = await runCompiled('find', [uniquePhoneNumber()], serviceEnv(tenants));

  expect(withoutRuns.stdout.match(/no run found at these tenants: .*?\./g)).toEqual([
    'no run found at these tenants: default, shop, club, verify.',
  ]);
  expect(withoutRuns.stdout).not.toContain('workflow');

  const forgotten = await runCompiled('forget', [phoneNumber], serviceEnv(tenants));

  expect(forgotten).toMatchObject({ exitCode: 0, stderr: '' });
  expect(forgotten.stdout).toContain(
    `${phoneNumber.slice(-2)}: tenant default: 1 deleted, 1 of them open; tenant shop: 1 deleted, 1 of them open\n`,
  );
  expect(`${found.stdout}${forgotten.stdout}`).not.toContain(phoneNumber.slice(1));
  expect((await callApi('GET', ours)).status).toBe(404);
  expect((await callApi('GET', theirs, { apiKey: SHOP_KEY })).status).toBe(404);
});

test('a SID of Twilio Verify finds the runs of its number, and marks its own', async () => {
  const to = uniquePhoneNumber();
  const baseUrl = url.replace('/verifications', '');
  const create = () =>
    send(baseUrl, `/v2/Services/${SERVICE_SID}/Verifications`, { body: { To: to, Channel: 'sms' } });
  const { body: first } = await create();
  const sid = String(first['sid']);
  await send(baseUrl, `/v2/Services/${SERVICE_SID}/Verifications/${sid}`, { body: { Status: 'canceled' } });
  await create();
  const find = (args: string[]) => runCompiled('find', args, serviceEnv(tenants));

  const { exitCode, stdout } = await eventually(async () => {
    const found = await find([sid]);
    return found.stdout.includes('Completed') ? found : undefined;
  });

  expect(exitCode).toBe(0);
  expect(stdout).toContain(`SID ${sid.slice(0, 8)}…, `);
  expect(stdout).toContain(`, tenant verify\n  workflow  ${workflowIdOf('verify', to)}\n`);
  expect(stdout).toMatch(/Running, pending\n(.*\n)*?.*Completed, canceled {2}<- this id$/m);
  expect(stdout).not.toContain(to.slice(1));
  expect(await find([`VE${'0'.repeat(32)}`])).toMatchObject({ exitCode: 1, stdout: '' });
});

test.each([['find'], ['forget'], ['server'], ['worker']])(
  'with a wrong file, %s ends with one message',
  async (script) => {
    const TENANTS_FILE = path.join(directory, 'wrong.yaml');
    writeFileSync(TENANTS_FILE, 'tenants: { shop: { name: Shop, apiKeys: [secret] } }');

    const { exitCode, stdout, stderr } = await runCompiled(
      script,
      [uniquePhoneNumber()],
      serviceEnv({ TENANTS_FILE }),
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(
      'The configuration is not valid:\n  TENANTS_FILE shop.apiKeys.0 must be sha256: and 64 hex digits: ' +
        'make one with npm run keys -- --tenant <id>\n',
    );
  },
);
