import { callApi } from '../support/api-client';
import type { TestProcess } from '../support/processes';
import { RunningService, type RunningApi } from '../support/running-service';
import { SampleClient, type Instance } from '../support/sample-client';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

const API_KEY = 'caller';
const OLD = `old:${Buffer.alloc(32, 21).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 22).toString('base64')}`;

/** There are two APIs and two workers. */
type Index = 0 | 1;

/** An open verification: the API that started it, and how to complete it through any API. */
interface OpenVerification {
  readonly through: Index;
  finish(host: string): Promise<void>;
}

let service: RunningService;
let apis: [RunningApi, RunningApi];
let workers: [TestProcess, TestProcess];

beforeAll(async () => {
  service = await RunningService.create({
    API_KEYS: API_KEY,
    SECRET_KEYS: OLD,
    PAYLOAD_ENCRYPTION: 'on',
    // Long enough that no verification expires on a slow machine.
    WINDOW_SECONDS: '600',
  });
  [apis, workers] = await Promise.all([
    Promise.all([service.startApi(), service.startApi()]),
    Promise.all([service.startWorker(), service.startWorker()]),
  ]);
});

afterAll(() => service.stop());

/** Like a rollout, starts the new API before it stops the old one. */
async function replaceApi(index: Index, keys: string): Promise<void> {
  const old = apis[index];
  apis[index] = await service.startApi({ SECRET_KEYS: keys });
  await end(old.process);
}

async function replaceWorker(index: Index, keys: string): Promise<void> {
  const old = workers[index];
  workers[index] = await service.startWorker({ SECRET_KEYS: keys });
  await end(old);
}

async function end(process: TestProcess): Promise<void> {
  process.kill('SIGTERM');
  expect(await process.exited).toBe(0);
}

const other = (index: Index): Index => (index === 0 ? 1 : 0);

/** Uses the REST API. The start and a wrong code are repeated with their Idempotency-Keys after the rotation. */
async function openResource(through: Index): Promise<OpenVerification> {
  const phoneNumber = uniquePhoneNumber();
  const post = (host: string, path: string, payload: object, idempotencyKey: string) =>
    callApi('POST', `http://${host}${path}`, { apiKey: API_KEY, body: payload, idempotencyKey });
  const start = (host: string) => post(host, '/verifications', { phoneNumber }, 'start');
  const check = (host: string, code: string, key: string) =>
    post(host, `/verifications/${id}/check`, { code }, key);

  const { status, body } = await start(apis[through].host);
  expect(status).toBe(202);
  const { id } = body;
  const code = await receivedCode(service.sandbox, phoneNumber);
  const wrong = await check(apis[through].host, wrongCodeFor(code), 'wrong');
  expect(wrong).toMatchObject({ status: 200, body: { verified: false, attemptsRemaining: 3 } });

  return {
    through,
    async finish(host) {
      expect(await start(host)).toMatchObject({ status: 200, body: { id } });
      expect((await check(host, wrongCodeFor(code), 'wrong')).body).toMatchObject({
        verified: false,
        attemptsRemaining: 3,
      });
      expect(await check(host, code, 'right')).toMatchObject({
        status: 200,
        body: { verified: true, attemptsRemaining: 2 },
      });
      expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
    },
  };
}

/** Uses a client of the Durable Functions sample, which only has the capabilities from the answer to its start. */
async function openInstance(through: Index): Promise<OpenVerification> {
  const { host } = apis[through];
  const client = new SampleClient(host, { headers: { 'x-functions-key': API_KEY } });
  const phoneNumber = uniquePhoneNumber();
  const { instance: given } = await client.start(phoneNumber);
  const code = await receivedCode(service.sandbox, phoneNumber);

  return {
    through,
    async finish(newHost) {
      const instance = reachedAt(newHost, given);
      expect(await client.status(instance)).toMatchObject({ status: 202 });
      expect(await client.respond(instance, code)).toMatchObject({ status: 202 });
      const ended = await eventually(async () => {
        const answer = await client.status(instance);
        return answer.status === 202 ? undefined : answer;
      });
      expect(JSON.parse(ended.body)).toMatchObject({ runtimeStatus: 'Completed', output: true });
      expect(await client.terminate(instance, 'too late')).toMatchObject({ status: 410 });
    },
  };
}

/** The instance with URLs of another API. Behind a load balancer, both APIs would have the same address. */
function reachedAt(host: string, { id, ...urls }: Instance): Instance {
  const at = (url: string) => url.replace(/localhost:\d+/, host);
  return {
    id,
    statusQueryGetUri: at(urls.statusQueryGetUri),
    sendEventPostUri: at(urls.sendEventPostUri),
    terminatePostUri: at(urls.terminatePostUri),
  };
}

const openThroughEveryApi = () =>
  Promise.all([openResource(0), openInstance(0), openResource(1), openInstance(1)]);

const finish = (opened: readonly OpenVerification[]) =>
  Promise.all(opened.map((one) => one.finish(apis[other(one.through)].host)));

test('every verification that was open during a key rotation can be completed through the other API', async () => {
  const open: OpenVerification[] = [];
  for (const keys of [`${OLD},${NEW}`, `${NEW},${OLD}`]) {
    const replacements = [
      () => replaceApi(0, keys),
      () => replaceWorker(0, keys),
      () => replaceApi(1, keys),
      () => replaceWorker(1, keys),
    ];
    for (const replace of replacements) {
      open.push(...(await openThroughEveryApi()));
      await replace();
      // Completes the older half. The others stay open during more of the rotation.
      await finish(open.splice(0, open.length / 2));
    }
  }
  open.push(...(await openThroughEveryApi()));
  await finish(open);
});
