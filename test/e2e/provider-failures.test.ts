import { freePort, LOOPBACK } from '../../harness/ports';
import { callApi } from '../support/api-client';
import type { TestProcess } from '../support/processes';
import { RunningService } from '../support/running-service';
import { eventually, receivedCode, uniquePhoneNumber } from '../support/service';

const CHECK_CREDENTIALS =
  'Twilio refuses the credentials: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET).';
const WARN = 40;
const ERROR = 50;

interface Line {
  level: number;
  msg: string;
  reason?: string;
  code?: string;
  error?: { type: string; message: string; stack?: string };
}

let service: RunningService;
let worker: TestProcess;
let host: string;

async function startService(env: Record<string, string>): Promise<void> {
  service = await RunningService.create(env);
  const [api, started] = await Promise.all([service.startApi(), service.startWorker()]);
  host = api.host;
  worker = started;
}

afterEach(() => service.stop());

/** The worker's output. Each line is JSON. */
const lines = (): Line[] =>
  worker
    .output()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const line = (isIt: (line: Line) => boolean) => eventually(() => lines().find(isIt));

const call = async (method: string, path: string, body?: object) =>
  (await callApi(method, `http://${host}${path}`, { body, headers: { prefer: 'wait=20' } })).body;

test('if the provider is unreachable, the log has the error and the host, for the start and each attempt', async () => {
  const provider = `${LOOPBACK}:${await freePort()}`;
  await startService({ TWILIO_API_URL: `http://${provider}` });
  const reason = `ECONNREFUSED at ${provider}`;
  const atStart = await line(({ msg }) => msg.includes('credentials'));
  expect(atStart).toMatchObject({
    level: WARN,
    msg: `The SMS provider's credentials could not be checked: ${reason}`,
  });

  const phoneNumber = uniquePhoneNumber();
  await call('POST', '/verifications', { phoneNumber });
  expect(await line(({ msg }) => msg === 'The SMS provider did not accept the message')).toMatchObject({
    level: WARN,
    reason,
  });
  const failed = await line(({ msg }) => msg === 'Activity failed');
  expect(failed.error).toEqual({
    type: 'NothingSent',
    message: `The SMS provider did not accept the message: ${reason}`,
  });
  expect(worker.output()).not.toContain('"stack"');
  expect(worker.output()).not.toContain(phoneNumber.slice(1));
});

test('if credentials are refused, the log has an error with a hint, at the start and for each message', async () => {
  await startService({ TWILIO_AUTH_TOKEN: 'another token' });
  expect(await line(({ msg }) => msg.includes('credentials'))).toMatchObject({
    level: ERROR,
    msg: CHECK_CREDENTIALS,
  });
  const { id } = await call('POST', '/verifications', { phoneNumber: uniquePhoneNumber() });
  expect(await call('GET', `/verifications/${id}`)).toMatchObject({
    status: 'undeliverable',
    error: { code: '20003' },
  });
  expect(await line(({ msg }) => msg.startsWith('The SMS provider refused'))).toMatchObject({
    level: ERROR,
    msg: `The SMS provider refused a message. ${CHECK_CREDENTIALS}`,
    code: '20003',
  });
  expect(worker.output()).not.toContain('another token');
});

test('a successful check of the credentials is not logged, and the last line is written before the end', async () => {
  await startService({});
  await eventually(() => service.sandbox.requests.find(({ kind, to }) => kind === 'list' && to === null));
  const phoneNumber = uniquePhoneNumber();
  await call('POST', '/verifications', { phoneNumber });
  await receivedCode(service.sandbox, phoneNumber);
  worker.kill('SIGTERM');
  expect(await worker.exited).toBe(0);
  const written = lines();
  expect(written.filter(({ level, msg }) => level >= WARN && !msg.startsWith('Delivery is not'))).toEqual([]);
  expect(written.at(-1)).toMatchObject({ state: 'STOPPED' });
});
