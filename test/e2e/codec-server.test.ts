import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { callApi } from '../support/api-client';
import { untilPrinted } from '../support/processes';
import { RunningService, type RunningApi } from '../support/running-service';
import { receivedCode, requiredEnv, uniquePhoneNumber } from '../support/service';

const TOKEN = 'operators-only-0123456789';

let service: RunningService;
let api: RunningApi;
let verification: { id: string; phoneNumber: string };

beforeAll(async () => {
  service = await RunningService.create({ PAYLOAD_ENCRYPTION: 'on' });
  [api] = await Promise.all([service.startApi({ CODEC_SERVER_TOKEN: TOKEN }), service.startWorker()]);
  const phoneNumber = uniquePhoneNumber();
  const { id } = (await start(api, phoneNumber)).body;
  await receivedCode(service.sandbox, phoneNumber);
  verification = { id, phoneNumber };
});

afterAll(() => service.stop());

const start = ({ url }: RunningApi, phoneNumber: string) => callApi('POST', url, { body: { phoneNumber } });

/** The verification's history, as the `temporal` command shows it. */
async function shownHistory(...codec: string[]): Promise<string> {
  const digest = Buffer.from(verification.id, 'base64url').toString('hex', 0, 16);
  const run = ['workflow', 'show', '--workflow-id', `phone-verification:${digest}`];
  const where = ['--address', requiredEnv('TEST_TEMPORAL_ADDRESS'), '--detailed'];
  const cli = promisify(execFile)(requiredEnv('TEST_TEMPORAL_CLI'), [...run, ...where, ...codec]);
  return (await cli).stdout;
}

test('with the token, the temporal command shows a decrypted history', async () => {
  const { phoneNumber } = verification;
  const endpoint = ['--codec-endpoint', `http://${api.host}/codec`];

  expect(await shownHistory()).not.toContain(phoneNumber);
  expect(await shownHistory(...endpoint, '--codec-auth', `Bearer ${TOKEN}`)).toContain(phoneNumber);
});

test('a start gets 500 if the number’s last verification cannot be decrypted; the log has the reason', async () => {
  const { phoneNumber } = verification;
  const newKeyOnly = { SECRET_KEYS: `k2:${Buffer.alloc(32, 6).toString('base64')}` };
  const withoutOldKey = await service.startApi(newKeyOnly);

  const answer = await start(withoutOldKey, phoneNumber);

  expect(answer.status).toBe(500);
  expect(answer.body).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'Something went wrong on our side. Try again.',
    code: 'internal_error',
  });
  await untilPrinted(withoutOldKey.process, '"status":500');
  const failures = withoutOldKey.process
    .output()
    .split('\n')
    .filter((line) => line.includes('request failed'));
  expect(failures).toEqual([
    expect.stringMatching(/"status":500,.*"code":"internal_error","error":"UnreadablePayload"/),
  ]);
  expect(withoutOldKey.process.output()).not.toContain(phoneNumber);
});
