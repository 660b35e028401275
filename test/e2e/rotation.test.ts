import { callApi } from '../support/api-client';
import type { TestProcess } from '../support/processes';
import { RunningService, type RunningApi } from '../support/running-service';
import { SampleClient, type Instance } from '../support/sample-client';
import { eventually, receivedCode, uniquePhoneNumber, wrongCodeFor } from '../support/service';

jest.setTimeout(120_000);

const API_KEY = 'caller';
const OLD = `old:${Buffer.alloc(32, 21).toString('base64')}`;
const NEW = `new:${Buffer.alloc(32, 22).toString('base64')}`;

/** One of the two that there are of each process. */
type Place = 0 | 1;

/** A verification that waits for its code: which API began it, and how its person ends it through any. */
interface Opened {
  readonly through: Place;
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
    // No verification ends by itself, however slow the machine.
    WINDOW_SECONDS: '600',
  });
  [apis, workers] = await Promise.all([
    Promise.all([service.startApi(), service.startApi()]),
    Promise.all([service.startWorker(), service.startWorker()]),
  ]);
});

afterAll(() => service.stop());

/** As a rollout does it: the new one is up before the old one is told to end. */
async function exchangeApi(place: Place, keys: string): Promise<void> {
  const old = apis[place];
  apis[place] = await service.startApi({ SECRET_KEYS: keys });
  await end(old.process);
}

async function exchangeWorker(place: Place, keys: string): Promise<void> {
  const old = workers[place];
  workers[place] = await service.startWorker({ SECRET_KEYS: keys });
  await end(old);
}

async function end(process: TestProcess): Promise<void> {
  process.kill('SIGTERM');
  expect(await process.exited).toBe(0);
}

const other = (place: Place): Place => (place === 0 ? 1 : 0);

/** Through the resource: its start and a wrong code can be repeated with their keys, whatever keys are first by then. */
async function openResource(through: Place): Promise<Opened> {
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

/** By the Durable Functions sample's client, which from then on holds nothing but the capabilities that it was given. */
async function openInstance(through: Place): Promise<Opened> {
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

/** Both APIs would have one address behind a load balancer. */
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

const finish = (opened: readonly Opened[]) =>
  Promise.all(opened.map((one) => one.finish(apis[other(one.through)].host)));

test('every verification that was open while keys rotated can be finished through the other API', async () => {
  const open: Opened[] = [];
  for (const keys of [`${OLD},${NEW}`, `${NEW},${OLD}`]) {
    const exchanges = [
      () => exchangeApi(0, keys),
      () => exchangeWorker(0, keys),
      () => exchangeApi(1, keys),
      () => exchangeWorker(1, keys),
    ];
    for (const exchange of exchanges) {
      open.push(...(await openThroughEveryApi()));
      await exchange();
      // The older half: the others see more of the rotation.
      await finish(open.splice(0, open.length / 2));
    }
  }
  open.push(...(await openThroughEveryApi()));
  await finish(open);
});
