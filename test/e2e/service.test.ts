import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, LOOPBACK } from '../../harness/ports';
import { callApi } from '../support/api-client';
import { serviceEnv, startSource, untilPrinted } from '../support/processes';
import { RunningService } from '../support/running-service';
import { eventually, receivedCode, requiredEnv, uniquePhoneNumber } from '../support/service';

const AUTHORIZED = { authorization: 'Bearer dev' };

/** A start that no worker serves for 30 s. It begins before the tests, and only the last test needs its end. */
let unserved: { service: RunningService; phoneNumber: string; at: string; startedAt: number };

beforeAll(async () => {
  const service = await RunningService.create();
  const { url } = await service.startApi();
  unserved = { service, ...(await start(url)), startedAt: Date.now() };
});

afterAll(() => unserved.service.stop());

let service: RunningService;

/** Each test has its own task queue, so that workers of other tests do not serve it. */
beforeEach(async () => {
  service = await RunningService.create();
});

afterEach(() => service.stop());

async function start(url: string) {
  const phoneNumber = uniquePhoneNumber();
  const { status, body } = await callApi('POST', url, { body: { phoneNumber } });
  expect(status).toBe(202);
  return { phoneNumber, at: `${url}/${body.id}` };
}

const check = (at: string, code: string) => callApi('POST', `${at}/check`, { body: { code } });
const isPending = async (at: string) => (await callApi('GET', at)).body.status === 'pending';

test('a number is verified with API, Temporal, worker and SMS provider as separate processes', async () => {
  const { url } = await service.startApi();
  await service.startWorker();
  const { phoneNumber, at } = await start(url);
  const code = await receivedCode(service.sandbox, phoneNumber);
  expect(await check(at, code)).toMatchObject({
    status: 200,
    body: { verified: true, status: 'verified' },
  });
});

test('without Temporal, the API runs but is not ready, and a start gets 503', async () => {
  const TEMPORAL_ADDRESS = `127.0.0.1:${await freePort()}`;
  const { host, url } = await service.startApi({ TEMPORAL_ADDRESS });
  await eventually(() => service.output.includes(`Temporal at ${TEMPORAL_ADDRESS} does not answer`));
  expect(await callApi('GET', `http://${host}/readyz`)).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
  });
  expect(await callApi('POST', url, { body: { phoneNumber: uniquePhoneNumber() } })).toMatchObject({
    status: 503,
    body: { code: 'temporal_unavailable' },
    retryAfter: '2',
  });
  expect(service.output).toMatch(
    /"code":"temporal_unavailable","reason":"gRPC (UNAVAILABLE|DEADLINE_EXCEEDED)"/,
  );
});

test('an API whose namespace does not exist says which variables to check', async () => {
  await service.startApi({ TEMPORAL_NAMESPACE: 'missing' });
  await eventually(() =>
    service.output.includes(
      'for the namespace missing: requests get 503. Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE',
    ),
  );
});

test('a worker whose namespace does not exist ends, and its last line says so', async () => {
  const worker = startSource(
    'src/worker.ts',
    serviceEnv({ TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS'), TEMPORAL_NAMESPACE: 'missing' }),
  );
  expect(await worker.exited).toBe(1);
  expect(worker.output().trim().split('\n').at(-1)).toBe(
    'The worker stopped: Temporal has no namespace missing (TEMPORAL_NAMESPACE)',
  );
});

test('a verification can be completed after the worker that sent its message was killed', async () => {
  const { url } = await service.startApi();
  const first = await service.startWorker();
  const { phoneNumber, at } = await start(url);
  const code = await receivedCode(service.sandbox, phoneNumber);
  await eventually(() => isPending(at));
  first.kill('SIGKILL');
  await first.exited;
  await service.startWorker();
  expect(await check(at, code)).toMatchObject({
    status: 200,
    body: { verified: true },
  });
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

/** A GET that waits for a change. The server answers `100 Continue` as soon as it has the request. */
function longPoll(url: string) {
  const waiting = request(url, {
    headers: { ...AUTHORIZED, prefer: 'wait=60', expect: '100-continue' },
  }).end();
  const answer = once(waiting, 'response').then(([response]: IncomingMessage[]) => response?.resume());
  return { arrived: once(waiting, 'continue'), answer };
}

describe('SIGTERM', () => {
  test('to the API: the request in progress is completed', async () => {
    const { process: api, url } = await service.startApi();
    await service.startWorker();
    const { phoneNumber, at } = await start(url);
    await receivedCode(service.sandbox, phoneNumber);
    await eventually(() => isPending(at));
    const { arrived, answer } = longPoll(at);
    await arrived;
    api.kill('SIGTERM');
    expect(await answer).toMatchObject({ statusCode: 200 });
    expect(await api.exited).toBe(0);
  });

  test('to the worker: the message in progress is completed', async () => {
    const { url } = await service.startApi();
    const worker = await service.startWorker();
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const { body } = await callApi('POST', url, { body: { phoneNumber } });
    await hold.untilHeld();
    worker.kill('SIGTERM');
    await untilPrinted(worker, '"state":"DRAINING"');
    hold.release();
    expect(await worker.exited).toBe(0);
    await service.startWorker();
    await eventually(() => isPending(`${url}/${body.id}`));
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });
});

describe('an API key that can be guessed', () => {
  const LONG = 'a-key-of-16-char';

  test('causes one warning at the start, which contains only the name of the variable', async () => {
    const { process: api } = await service.startApi({ API_KEYS: `guess,${LONG}` });

    const warnings = api.output().match(/API_KEYS.*/g);

    expect(warnings).toEqual([
      expect.stringContaining('API_KEYS: 1 of 2 shorter than 16 characters; npm run keys'),
    ]);
    expect(api.output()).not.toMatch(/guess|a-key-of/);
  });

  test.each([{ API_KEYS: LONG }, { API_KEYS: 'dev' }])('causes no warning with %j', async (env) => {
    const { process: api } = await service.startApi(env);

    expect(api.output()).not.toContain('API_KEYS');
  });
});

test('a signal to stop ends a worker at once while it still connects to Temporal', async () => {
  const silent = createServer().listen(0, LOOPBACK);
  await once(silent, 'listening');
  const connected = once(silent, 'connection');
  const { port } = silent.address() as AddressInfo;
  const worker = startSource('src/worker.ts', serviceEnv({ TEMPORAL_ADDRESS: `${LOOPBACK}:${port}` }));
  await connected;

  worker.kill('SIGTERM');

  // A code and not a signal: there was a handler. Without one, the first process of a container ignores the signal.
  expect(await worker.exited).toBe(143);
  silent.close();
});

test.each([
  ['src/server.ts', 'WINDOW_SECONDS', 'WINDOW_SECONDS must be a whole number from 5 to 86400'],
  [
    'src/worker.ts',
    'WORKER_METRICS_PORT',
    'WORKER_METRICS_PORT must be off or a whole number from 1 to 65535',
  ],
] as const)('%s ends at once with an invalid configuration', async (script, name, fault) => {
  const process = startSource(script, serviceEnv({ [name]: 'long', SECRET_KEYS: '' }));
  expect(await process.exited).toBe(1);
  expect(process.output()).toContain(fault);
  expect(process.output()).toContain('SECRET_KEYS is required');
});

test('a start that no worker serves for 30 s ends undeliverable, and no message is sent late', async () => {
  const { at, phoneNumber, startedAt } = unserved;
  expect(await callApi('GET', at)).toMatchObject({ status: 503, body: { code: 'worker_unavailable' } });
  await sleep(Math.max(0, startedAt + 30_500 - Date.now()));
  await unserved.service.startWorker();
  expect(await callApi('GET', at, { headers: { prefer: 'wait=20' } })).toMatchObject({
    status: 200,
    body: { status: 'undeliverable', error: { code: 'worker_unavailable' } },
  });
  expect(unserved.service.sandbox.inbox(phoneNumber)).toEqual([]);
});
