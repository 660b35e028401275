import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM } from '../../sandbox/account';
import { loadOptions } from '../../sandbox/config';
import { scripts } from '../../package.json';
import { eventually } from '../support/eventually';
import { startSource, type TestProcess } from '../support/processes';
import { ACCOUNT_SID, API_KEY, AUTH_TOKEN, PHONE, SENDER, closeAll, startSandbox } from './support';

let dataDir: string;
const processes: TestProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sms-sandbox-'));
});
afterEach(async () => {
  for (const started of processes.splice(0)) await stop(started, 'SIGKILL');
  await closeAll();
  await rm(dataDir, { recursive: true });
});

function start(environment: Record<string, string>): TestProcess {
  const account = { TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: AUTH_TOKEN, SMS_SANDBOX_PORT: '0' };
  const started = startSource('sandbox/main.ts', { ...account, ...environment });
  processes.push(started);
  return started;
}

async function stop({ kill, exited }: TestProcess, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
  kill(signal);
  return exited;
}

/** Waits until the sandbox prints its address. */
async function addressOf({ output }: TestProcess): Promise<string> {
  return eventually(() => /^SMS sandbox: (.+)\n/.exec(output())?.[1], { output });
}

function clientAt(
  url: string,
  username = ACCOUNT_SID,
  password = AUTH_TOKEN,
  accountSid = ACCOUNT_SID,
): twilio.Twilio {
  const client = twilio(username, password, { accountSid, autoRetry: false });
  client.api.baseUrl = url;
  return client;
}

test('it prints its address, and no numbers or codes', async () => {
  const sandbox = start({});
  const url = await addressOf(sandbox);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

  const message = { to: PHONE, from: SENDER, body: 'Your code is 0068.' };
  await clientAt(url).messages.create(message);
  await fetch(`${url}/inbox/${PHONE}`);
  expect(await (await fetch(url)).text()).toContain('0068');

  expect(await stop(sandbox, 'SIGTERM')).toBe(0);
  expect(sandbox.output()).toBe(`SMS sandbox: ${url}\n`);
});

test('npm run sandbox needs no variables: it uses port 3001 and the account of npm run dev', () => {
  expect(loadOptions({})).toMatchObject({
    port: 3001,
    host: '127.0.0.1',
    accountSid: SANDBOX_ACCOUNT_SID,
    authToken: SANDBOX_AUTH_TOKEN,
    apiKey: undefined,
    dataDir: undefined,
  });
});

test('the page links to the API if the API has a try-it page', () => {
  const api = { TRY_IT_PAGE: 'on', PUBLIC_URL: 'https://verify.example.com/sms/' };
  expect(loadOptions(api).tryItUrl).toBe('https://verify.example.com/sms');
  expect(loadOptions({ ...api, TRY_IT_PAGE: 'off' }).tryItUrl).toBeUndefined();
  expect(loadOptions({ ...api, PUBLIC_URL: '' }).tryItUrl).toBeUndefined();
  expect(() => loadOptions({ TRY_IT_PAGE: 'yes', PUBLIC_URL: 'secret' })).toThrow(
    "The SMS sandbox can't start:\n  TRY_IT_PAGE must be on or off\n  PUBLIC_URL must be a URL like",
  );
});

test('the time that the carrier takes is the time of the other steps, unless it is set', async () => {
  expect(loadOptions({}).carrierMs).toBeUndefined();
  expect(loadOptions({ SMS_SANDBOX_CARRIER_MS: '15000' }).carrierMs).toBe(15_000);
  expect((await startSandbox({ carrierMs: 7 })).settings).toMatchObject({ statusStepMs: 1, carrierMs: 7 });
});

test('without an account in the environment, the account of npm run dev is accepted', async () => {
  const sandbox = start({ TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' });
  const url = await addressOf(sandbox);
  const { messages } = clientAt(url, SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_ACCOUNT_SID);

  const message = await messages.create({ to: PHONE, from: SANDBOX_FROM, body: 'Hello' });

  expect(message.status).toBe('queued');
  expect(scripts.sandbox).toMatch(/ sandbox\/main\.ts$/);
});

test('only the owner can read its files', async () => {
  const sandbox = start({ DATA_DIR: dataDir });
  const message = { to: PHONE, from: SENDER, body: 'Your code is 0068.' };
  await clientAt(await addressOf(sandbox)).messages.create(message);

  const modeOf = async (...names: string[]) => (await stat(join(dataDir, ...names))).mode & 0o777;

  expect(await modeOf('sms-sandbox')).toBe(0o700);
  expect(await modeOf('sms-sandbox', 'texts.jsonl')).toBe(0o600);
});

test('after a kill and a restart with the same folder, all messages are still there', async () => {
  const before = start({ DATA_DIR: dataDir });
  const client = clientAt(await addressOf(before));
  const { sid } = await client.messages.create({ to: PHONE, from: SENDER, body: 'Your code is 0068.' });
  await stop(before, 'SIGKILL');

  const after = start({ DATA_DIR: dataDir });

  const inbox = await fetch(`${await addressOf(after)}/inbox/${PHONE}`);
  expect(await inbox.json()).toMatchObject([{ sid, body: 'Your code is 0068.' }]);
});

test('Ctrl-C ends it with exit code 0', async () => {
  const sandbox = start({});
  await addressOf(sandbox);
  expect(await stop(sandbox, 'SIGINT')).toBe(0);
});

test('environment variables set its delays, its body prefix and its API key', async () => {
  const sandbox = start({
    TWILIO_AUTH_TOKEN: '',
    TWILIO_API_KEY_SID: API_KEY.sid,
    TWILIO_API_KEY_SECRET: API_KEY.secret,
    SMS_SANDBOX_STATUS_STEP_MS: '60000',
    SMS_SANDBOX_LIST_LAG_MS: '60000',
    SMS_SANDBOX_BODY_PREFIX: 'Sent from your Twilio trial account - ',
    SMS_SANDBOX_UNDELIVERABLE: `${PHONE}:30003,+14255550199:30006`,
  });
  const url = await addressOf(sandbox);
  const { messages } = clientAt(url, API_KEY.sid, API_KEY.secret);

  const message = await messages.create({ to: PHONE, from: SENDER, body: 'hello' });

  expect(message.body).toBe('Sent from your Twilio trial account - hello');
  expect(await messages.list({ to: PHONE })).toEqual([]);
  expect(await (await fetch(`${url}/inbox/${PHONE}`)).json()).toEqual([]);
});

test('if its port is in use, the error names the port and the variable', async () => {
  const { port } = new URL((await startSandbox()).url);
  const sandbox = start({ SMS_SANDBOX_PORT: port });
  expect(await sandbox.exited).toBe(1);
  expect(sandbox.output()).toBe(
    `The SMS sandbox can't start: port ${port} is in use. Free it, or set SMS_SANDBOX_PORT to another port.\n`,
  );
});

test('the error for an invalid configuration names every invalid variable and shows no value', async () => {
  const sandbox = start({
    TWILIO_ACCOUNT_SID: 'secret-1',
    TWILIO_AUTH_TOKEN: '',
    SMS_SANDBOX_PORT: 'secret-2',
    SMS_SANDBOX_LIST_LAG_MS: '-1',
    SMS_SANDBOX_UNDELIVERABLE: 'secret-3',
  });
  await sandbox.exited;
  const errors = sandbox.output();
  expect(errors).toContain('TWILIO_ACCOUNT_SID must start with AC');
  expect(errors).toContain('TWILIO_AUTH_TOKEN is required');
  expect(errors).toContain('SMS_SANDBOX_PORT must be a whole number from 0 to 65535');
  expect(errors).toContain('SMS_SANDBOX_LIST_LAG_MS must be a whole number');
  expect(errors).toContain('SMS_SANDBOX_UNDELIVERABLE must be number:code pairs');
  expect(errors).not.toContain('secret');
});
