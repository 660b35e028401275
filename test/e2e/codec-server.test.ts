import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startSmsSandbox, type SmsSandbox } from '../../sandbox';
import { printed } from '../support/processes';
import { RunningService, type RunningApi } from '../support/running-service';
import { receivedCode, requiredEnv, uniquePhoneNumber } from '../support/service';

jest.setTimeout(90_000);

const TOKEN = 'operators-only-0123456789';
const HEADERS = { authorization: 'Bearer dev', 'content-type': 'application/json' };

let sandbox: SmsSandbox;
let service: RunningService;
let api: RunningApi;
let verification: { id: string; phoneNumber: string };

beforeAll(async () => {
  sandbox = await startSmsSandbox({ port: 0, accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' });
  service = new RunningService(sandbox, { PAYLOAD_ENCRYPTION: 'on' });
  [api] = await Promise.all([service.startApi({ CODEC_SERVER_TOKEN: TOKEN }), service.startWorker()]);
  const phoneNumber = uniquePhoneNumber();
  const { id } = (await (await start(api, phoneNumber)).json()) as { id: string };
  await receivedCode(sandbox, phoneNumber);
  verification = { id, phoneNumber };
});

afterAll(async () => {
  await service.stop();
  await sandbox.close();
});

function start({ host }: RunningApi, phoneNumber: string): Promise<Response> {
  const body = JSON.stringify({ phoneNumber });
  return fetch(`http://${host}/verifications`, { method: 'POST', headers: HEADERS, body });
}

/** What the `temporal` command shows of the verification's history. */
async function shownHistory(...codec: string[]): Promise<string> {
  const digest = Buffer.from(verification.id, 'base64url').toString('hex', 0, 16);
  const run = ['workflow', 'show', '--workflow-id', `phone-verification:${digest}`];
  const where = ['--address', requiredEnv('TEST_TEMPORAL_ADDRESS'), '--detailed'];
  const cli = promisify(execFile)(requiredEnv('TEST_TEMPORAL_CLI'), [...run, ...where, ...codec]);
  return (await cli).stdout;
}

test('the temporal command shows a history in clear to who has the token', async () => {
  const { phoneNumber } = verification;
  const endpoint = ['--codec-endpoint', `http://${api.host}/codec`];

  expect(await shownHistory()).not.toContain(phoneNumber);
  expect(await shownHistory(...endpoint, '--codec-auth', `Bearer ${TOKEN}`)).toContain(phoneNumber);
});

test('a number whose last verification can not be read gets a 500, and the log says why', async () => {
  const { phoneNumber } = verification;
  const newKeyOnly = { SECRET_KEYS: `k2:${Buffer.alloc(32, 6).toString('base64')}` };
  const withoutOldKey = await service.startApi(newKeyOnly);

  const response = await start(withoutOldKey, phoneNumber);

  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong on our side. Try again.',
    code: 'internal_error',
  });
  await printed(withoutOldKey.process, '"res":{"statusCode":500}');
  const failures = withoutOldKey.process
    .output()
    .split('\n')
    .filter((line) => line.includes('request failed'));
  expect(failures).toEqual([
    expect.stringContaining('"status":500,"code":"internal_error","error":"UnreadablePayload"'),
  ]);
  expect(withoutOldKey.process.output()).not.toContain(phoneNumber);
});
