import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { freePort } from '../../harness/ports';
import { PROJECT_DIRECTORY } from '../../harness/project';
import { hashOf } from '../../src/crypto/api-keys';
import { eventually } from '../support/eventually';
import { isAlive, startCommand, type TestProcess } from '../support/processes';

const PORTS = [
  'PORT',
  'SMS_SANDBOX_PORT',
  'TEMPORAL_DEV_PORT',
  'TEMPORAL_UI_PORT',
  'METRICS_PORT',
  'WORKER_METRICS_PORT',
];
const HEADERS = { 'content-type': 'application/json' };

const SHOP_KEY = 'the-key-of-the-shop';
/** What TENANTS_FILE contains. */
const shopWith = (setting: string) =>
  `tenants: { shop: { name: Shop, apiKeys: ['sha256:${hashOf(SHOP_KEY)}'], ${setting} } }`;

const Verification = z.object({ id: z.string(), status: z.string(), verified: z.boolean().optional() });
const Inbox = z.array(z.object({ body: z.string() }));

let env: Record<string, string | undefined>;
let dataDir: string;
let tenantsDir: string;
let dev: TestProcess;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'npm-run-dev-'));
  await chmod(dataDir, 0o755);
  const ports = await Promise.all(PORTS.map(async (variable) => [variable, String(await freePort())]));
  tenantsDir = await mkdtemp(path.join(tmpdir(), 'tenants-'));
  env = {
    ...Object.fromEntries(ports),
    TENANTS_FILE: await tenantsFile("smsTemplate: 'Shop code {code}'"),
    DATA_DIR: dataDir,
    TEMPORAL_CLI_PATH: process.env['TEST_TEMPORAL_CLI'],
  };
  dev = await startDev();
});

afterAll(async () => {
  if (isAlive(dev.pid)) signalEveryone('SIGKILL');
  await dev.exited;
  await rm(dataDir, { recursive: true });
  await rm(tenantsDir, { recursive: true });
});

/** Returns the path of a new file. */
async function tenantsFile(setting: string): Promise<string> {
  const file = path.join(tenantsDir, `${randomUUID()}.yaml`);
  await writeFile(file, shopWith(setting));
  return file;
}

/** Runs `npm run dev` in its own process group, as a terminal does. */
function spawnDev(more: Record<string, string> = {}): TestProcess {
  const command = { command: 'npm', args: ['run', 'dev'], cwd: PROJECT_DIRECTORY };
  return startCommand({ ...command, env: { ...process.env, ...env, ...more } });
}

async function startDev(): Promise<TestProcess> {
  const started = spawnDev();
  await eventually(() => linesOf(started).includes('Ctrl-C ends everything.'), started);
  return started;
}

function linesOf({ output }: TestProcess): string[] {
  return output().split('\n');
}

/** Sends a signal to npm and the launcher at the same time, as a terminal does. */
function signalEveryone(signal: NodeJS.Signals): void {
  process.kill(-dev.pid, signal);
}

/** Reads the process id of a process from its log lines. */
function pidOf(name: string): number {
  const pattern = new RegExp(`^${name} +\\| .*"pid":(\\d+)`);
  return Number(
    linesOf(dev)
      .flatMap((line) => pattern.exec(line)?.[1] ?? [])
      .at(-1),
  );
}

async function call(method: string, route: string, body?: object, apiKey = 'dev') {
  const answer = await fetch(`http://127.0.0.1:${env['PORT']}${route}`, {
    method,
    headers: { ...HEADERS, authorization: `Bearer ${apiKey}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return Verification.parse(await answer.json());
}

/** Starts a verification and waits for its message. Returns the code in it. */
async function startAndReceive(phoneNumber: string): Promise<{ id: string; code: string }> {
  const { id } = await call('POST', '/verifications', { phoneNumber });
  await eventually(async () => (await call('GET', `/verifications/${id}`)).status === 'pending', dev);

  return { id, code: /\d{4}/.exec(await newestMessage(phoneNumber))?.[0] ?? '' };
}

/** The body of the newest message; empty if there is none. */
async function newestMessage(phoneNumber: string): Promise<string> {
  const inbox = await fetch(`http://127.0.0.1:${env['SMS_SANDBOX_PORT']}/inbox/${phoneNumber}`);
  const [message] = Inbox.parse(await inbox.json());
  return message?.body ?? '';
}

test('the three commands of the banner verify a number in a shell', async () => {
  const start = linesOf(dev).findIndex((line) => line.startsWith('ID=$('));
  const pasted = linesOf(dev)
    .slice(start, start + 3)
    .join('\n');

  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', pasted]);

  const [id, look, check] = stdout.trim().split('\n');
  expect(Verification.parse(JSON.parse(look ?? ''))).toEqual({ id, status: 'pending' });
  expect(Verification.parse(JSON.parse(check ?? ''))).toEqual({ id, status: 'verified', verified: true });
});

test('there is no warning about the short default API key', () => {
  expect(dev.output()).not.toContain('API_KEYS');
});

test('all addresses of the banner answer', async () => {
  const pattern = /^ {2}(?:Try it|The phone|Temporal Web UI|API|Metrics|) +(http\S+)(?: \(\S+\))?$/;
  const urls = linesOf(dev).flatMap((line) => pattern.exec(line)?.[1] ?? []);

  expect(urls).toHaveLength(6);
  for (const url of urls) expect((await fetch(url)).status).toBeLessThan(500);
});

test('the try-it page and the phone link to each other', async () => {
  const [tryIt, phone] = [`http://localhost:${env['PORT']}/`, `http://localhost:${env['SMS_SANDBOX_PORT']}/`];

  expect(await (await fetch(tryIt)).text()).toContain(`href="${phone}"`);
  expect(await (await fetch(phone)).text()).toContain(`href="${tryIt}"`);
});

test('a tenant of TENANTS_FILE verifies a number with its own key and wording', async () => {
  const phoneNumber = '+14255550178';
  const { id } = await call('POST', '/verifications', { phoneNumber }, SHOP_KEY);
  const [, code = ''] = await eventually(
    async () => /^Shop code (\d{4})$/.exec(await newestMessage(phoneNumber)) ?? undefined,
  );

  const checked = await call('POST', `/verifications/${id}/check`, { code }, SHOP_KEY);

  expect(checked).toMatchObject({ status: 'verified', verified: true });
});

test('a wrong TENANTS_FILE starts nothing and is named once', async () => {
  const wrong = spawnDev({ TENANTS_FILE: await tenantsFile('codeLength: 3') });

  expect(await wrong.exited).toBe(1);
  const named = linesOf(wrong).filter((line) => line.includes('TENANTS_FILE'));
  expect(named).toEqual(['  TENANTS_FILE shop.codeLength must be a whole number from 4 to 10']);
});

test('without Temporal at TEMPORAL_ADDRESS, it ends, and a line says why', async () => {
  const TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  const ended = spawnDev({
    PORT: `${await freePort()}`,
    SMS_SANDBOX_PORT: `${await freePort()}`,
    METRICS_PORT: 'off',
    WORKER_METRICS_PORT: 'off',
    TEMPORAL_ADDRESS,
    DATA_DIR: path.join(tenantsDir, 'data'),
  });

  expect(await ended.exited).toBe(1);
  expect(ended.output()).toContain(
    `worker   | The worker stopped: Temporal can't be reached at ${TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS)\n`,
  );
  expect(ended.output()).not.toContain('    at ');
});

test('a killed worker is restarted, with a printed line, and sends messages again', async () => {
  process.kill(pidOf('worker'), 'SIGKILL');
  await eventually(() => linesOf(dev).some((line) => line.startsWith('worker died (SIGKILL) and was')), dev);

  const { id, code } = await startAndReceive('+14255550124');

  expect(await call('POST', `/verifications/${id}/check`, { code })).toMatchObject({ verified: true });
});

test('a pending verification can be checked after everything was killed and restarted', async () => {
  const { id, code } = await startAndReceive('+14255550125');

  signalEveryone('SIGKILL');
  dev = await startDev();

  expect(await call('GET', `/verifications/${id}`)).toMatchObject({ status: 'pending' });
  expect(await call('POST', `/verifications/${id}/check`, { code })).toMatchObject({ verified: true });
});

test('only the owner can read the database, the messages and the secrets', async () => {
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const modes = await Promise.all(
    files.map(async (file) => {
      const { mode } = await stat(path.join(file.parentPath, file.name));
      return [file.name, (mode & 0o777).toString(8)] as const;
    }),
  );

  expect(Object.fromEntries(modes)).toMatchObject({
    'temporal.db': '600',
    'secrets.json': '600',
    'sms-sandbox': '700',
    'texts.jsonl': '600',
  });
  expect(modes.filter(([, mode]) => !/^[67]00$/.test(mode))).toEqual([]);
  expect(((await stat(dataDir)).mode & 0o777).toString(8)).toBe('700');
});

test('a second instance starts nothing and lists each port in use, with the variable that changes it', async () => {
  const second = spawnDev();

  expect(await second.exited).toBe(1);
  for (const variable of PORTS) {
    expect(second.output()).toMatch(new RegExp(`port ${env[variable]} .* set ${variable} to another port`));
  }
  expect(second.output()).not.toContain('Starting');
});

test('Ctrl-C ends everything', async () => {
  const pids = ['api', 'worker'].map(pidOf);

  signalEveryone('SIGINT');

  expect(await dev.exited).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  for (const variable of PORTS) {
    await expect(fetch(`http://127.0.0.1:${env[variable]}`)).rejects.toThrow('fetch failed');
  }
  expect(dev.output()).not.toContain('was started again');
});

test('a signal to npm alone also ends everything', async () => {
  dev = await startDev();

  dev.kill('SIGINT');

  expect(await dev.exited).toBe(0);
});
