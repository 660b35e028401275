import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { startSmsSandbox, type SmsSandbox } from '../../sandbox';
import { freePort } from '../../harness/ports';
import { answering, printed, serviceEnv, startProcess, type ServiceProcess } from '../support/processes';
import { eventually, receivedCode, uniquePhoneNumber } from '../support/service';

jest.setTimeout(90_000);

const HEADERS = { authorization: 'Bearer dev', 'content-type': 'application/json' };
const RUNNING = '"state":"RUNNING"';

let sandbox: SmsSandbox;
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  sandbox = await startSmsSandbox({
    port: 0,
    accountSid: 'AC00000000000000000000000000000000',
    authToken: 'token',
  });
});

afterAll(async () => {
  for (const process of processes) process.kill('SIGKILL');
  await Promise.all(processes.map(({ exited }) => exited));
  await sandbox.close();
});

function run(script: 'src/server.ts' | 'src/worker.ts', env: Record<string, string>): ServiceProcess {
  const process = startProcess(script, env);
  processes.push(process);
  return process;
}

/** An API on a port of its own, and what a worker needs to serve it. */
async function startApi(extra: Record<string, string> = {}) {
  const port = await freePort();
  const env = serviceEnv({
    PORT: String(port),
    TWILIO_API_URL: sandbox.url,
    TEMPORAL_TASK_QUEUE: `e2e-${randomUUID()}`,
    ...extra,
  });
  const url = `http://127.0.0.1:${port}`;
  const api = run('src/server.ts', env);
  await answering(`${url}/healthz`);
  return { api, url, env };
}

async function startWorker(env: Record<string, string>): Promise<ServiceProcess> {
  const worker = run('src/worker.ts', env);
  await printed(worker, RUNNING);
  return worker;
}

interface Answer {
  status: number;
  body: { id: string; status: string; code: string; verified?: boolean; error: { code: string } | null };
  retryAfter: string | null;
}

async function call(
  method: string,
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...HEADERS, ...headers },
    ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
  });
  const body = (await response.json()) as Answer['body'];
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
}

async function start(url: string) {
  const phoneNumber = uniquePhoneNumber();
  const { status, body } = await call('POST', `${url}/verifications`, { phoneNumber });
  expect(status).toBe(202);
  return { phoneNumber, at: `${url}/verifications/${body.id}` };
}

test('a number is verified across API, Temporal, worker and SMS provider, each its own process', async () => {
  const { url, env } = await startApi();
  await startWorker(env);
  const { phoneNumber, at } = await start(url);
  const code = await receivedCode(sandbox, phoneNumber);
  expect(await call('POST', `${at}/check`, { code })).toMatchObject({
    status: 200,
    body: { verified: true, status: 'verified' },
  });
});

test('a start that no worker serves for 30 s ends undeliverable, and no text is sent late', async () => {
  const { url, env } = await startApi();
  const startedAt = Date.now();
  const { phoneNumber, at } = await start(url);
  expect(await call('GET', at)).toMatchObject({ status: 503, body: { code: 'worker_unavailable' } });
  await eventually(() => (Date.now() - startedAt > 30_500 ? true : undefined));
  await startWorker(env);
  expect(await call('GET', at, undefined, { prefer: 'wait=20' })).toMatchObject({
    status: 200,
    body: { status: 'undeliverable', error: { code: 'worker_unavailable' } },
  });
  expect(sandbox.inbox(phoneNumber)).toEqual([]);
});

test('without Temporal the API lives, is not ready, and says so to a caller', async () => {
  const { url } = await startApi({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` });
  expect(await call('GET', `${url}/readyz`)).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
  });
  expect(await call('POST', `${url}/verifications`, { phoneNumber: uniquePhoneNumber() })).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
    retryAfter: '2',
  });
});

test('a verification survives the worker that texted it', async () => {
  const { url, env } = await startApi();
  const first = await startWorker(env);
  const { phoneNumber, at } = await start(url);
  const code = await receivedCode(sandbox, phoneNumber);
  await eventually(async () => ((await call('GET', at)).body.status === 'pending' ? true : undefined));
  first.kill('SIGKILL');
  await first.exited;
  await startWorker(env);
  expect(await call('POST', `${at}/check`, { code })).toMatchObject({
    status: 200,
    body: { verified: true },
  });
  expect(sandbox.inbox(phoneNumber)).toHaveLength(1);
});

/** A look that waits. The server says `100 Continue` when it has the request, so that the test knows. */
function longPoll(url: string) {
  const waiting = request(url, { headers: { ...HEADERS, prefer: 'wait=60', expect: '100-continue' } }).end();
  const answer = once(waiting, 'response').then(([response]: IncomingMessage[]) => response?.resume());
  return { arrived: once(waiting, 'continue'), answer };
}

describe('SIGTERM', () => {
  test('to the API lets the request in flight finish', async () => {
    const { api, url, env } = await startApi();
    await startWorker(env);
    const { phoneNumber, at } = await start(url);
    await receivedCode(sandbox, phoneNumber);
    await eventually(async () => ((await call('GET', at)).body.status === 'pending' ? true : undefined));
    const { arrived, answer } = longPoll(at);
    await arrived;
    api.kill('SIGTERM');
    expect(await answer).toMatchObject({ statusCode: 200 });
    expect(await api.exited).toBe(0);
  });

  test('to the worker lets the text in flight finish', async () => {
    const { url, env } = await startApi();
    const worker = await startWorker(env);
    const phoneNumber = uniquePhoneNumber();
    const hold = sandbox.hold('received', phoneNumber);
    const { body } = await call('POST', `${url}/verifications`, { phoneNumber });
    await hold.arrival();
    worker.kill('SIGTERM');
    await printed(worker, '"state":"DRAINING"');
    hold.release();
    expect(await worker.exited).toBe(0);
    await startWorker(env);
    await eventually(async () =>
      (await call('GET', `${url}/verifications/${body.id}`)).body.status === 'pending' ? true : undefined,
    );
    expect(sandbox.inbox(phoneNumber)).toHaveLength(1);
  });
});

describe('an API key that can be guessed', () => {
  const LONG = 'a-key-of-16-char';

  test('is warned about once at the start, by the name of its variable alone', async () => {
    const { api } = await startApi({ API_KEYS: `guess,${LONG}` });

    const warnings = api.output().match(/API_KEYS.*/g);

    expect(warnings).toEqual([
      expect.stringContaining('API_KEYS: 1 of 2 shorter than 16 characters; npm run keys'),
    ]);
    expect(api.output()).not.toMatch(/guess|a-key-of/);
  });

  test.each([{ API_KEYS: LONG }, { API_KEYS: 'dev' }])('is not warned about with %j', async (env) => {
    const { api } = await startApi(env);

    expect(api.output()).not.toContain('API_KEYS');
  });
});

test.each(['src/server.ts', 'src/worker.ts'] as const)(
  '%s ends at once on a wrong configuration',
  async (script) => {
    const process = run(script, { ...serviceEnv({}), WINDOW_SECONDS: 'long', SECRET_KEYS: '' });
    expect(await process.exited).toBe(1);
    expect(process.output()).toContain('WINDOW_SECONDS must be a whole number from 5 to 600');
    expect(process.output()).toContain('SECRET_KEYS is required');
  },
);
