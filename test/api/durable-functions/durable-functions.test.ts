import { randomInt } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { createCapabilities } from '../../../src/crypto/capability';
import { DEFAULT_TENANT } from '../../../src/domain/tenant-id';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import {
  API_KEYS,
  eventually,
  PUBLIC_URL,
  receivedCode,
  startService,
  testKeyRing,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';

const [KEY] = API_KEYS;
const BASE = `${PUBLIC_URL}/admin/extensions/DurableTaskExtension`;
const ORCHESTRATOR = '/orchestrators/E4_SmsPhoneVerification';

let server: DevServer;
let service: Service;
let anonymous: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server });
  anonymous = await startService({ ...server, durableFunctionsAuth: 'anonymous', withWorker: false });
});

afterAll(async () => {
  await service.stop();
  await anonymous.stop();
  await server.close();
});

const inject = (options: InjectOptions, on: Service = service) => on.app.inject(options);
const post = (url: string, payload?: string, headers: Record<string, string> = {}) =>
  inject({ method: 'POST', url, headers, ...(payload === undefined ? {} : { payload }) });
const get = (url: string) => inject({ method: 'GET', url });
const startWith = (payload: string, headers: Record<string, string> = {}, path = ORCHESTRATOR) =>
  post(path, payload, { 'x-functions-key': KEY, ...headers });

interface Urls {
  id: string;
  statusQueryGetUri: string;
  sendEventPostUri: string;
  terminatePostUri: string;
}

const pathOf = (url: string) => url.slice(PUBLIC_URL.length);
const eventUrl = ({ sendEventPostUri }: Urls, name = 'SmsChallengeResponse') =>
  pathOf(sendEventPostUri).replace('{eventName}', name);
const terminateUrl = ({ terminatePostUri }: Urls, reason: string) =>
  pathOf(terminatePostUri).replace('{text}', encodeURIComponent(reason));

/** Starts a verification and waits until it is Running. */
async function startRunning() {
  const phoneNumber = uniquePhoneNumber();
  const urls = (await startWith(JSON.stringify(phoneNumber))).json<Urls>();
  const statusUrl = pathOf(urls.statusQueryGetUri);
  await eventually(async () =>
    (await get(statusUrl)).json<{ runtimeStatus: string }>().runtimeStatus === 'Running' ? true : undefined,
  );
  const code = await receivedCode(service.sandbox, phoneNumber);
  return { phoneNumber, urls, statusUrl, code, wrongCode: wrongCodeFor(code) };
}

async function statusWhenEnded(statusUrl: string) {
  const response = await eventually(async () => {
    const answer = await get(statusUrl);
    return answer.statusCode === 200 ? answer : undefined;
  });
  return response.json<Record<string, unknown>>();
}

describe('a start', () => {
  test.each(['', '/api'])(
    'under "%s/orchestrators" answers with the four fields, as the original does',
    async (prefix) => {
      const response = await startWith(JSON.stringify(uniquePhoneNumber()), {}, `${prefix}${ORCHESTRATOR}`);
      const urls = response.json<Urls>();
      expect(response.statusCode).toBe(202);
      expect(response.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        location: urls.statusQueryGetUri,
        'retry-after': '10',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      });
      expect(Object.keys(urls)).toEqual(['id', 'statusQueryGetUri', 'sendEventPostUri', 'terminatePostUri']);
      const hub = 'taskHub=DurableFunctionsHub&connection=Storage&code=';
      const instance = `${BASE}/instances/${urls.id}`;
      expect(urls.statusQueryGetUri.startsWith(`${instance}?${hub}`)).toBe(true);
      expect(urls.sendEventPostUri.startsWith(`${instance}/raiseEvent/{eventName}?${hub}`)).toBe(true);
      expect(urls.terminatePostUri.startsWith(`${instance}/terminate?reason={text}&${hub}`)).toBe(true);
    },
  );

  test.each([
    ['application/json', { 'content-type': 'application/json' }],
    ['a form, curl’s default', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no content type', {}],
  ])('accepts the number with %s', async (_case, headers) => {
    expect((await startWith(JSON.stringify(uniquePhoneNumber()), headers)).statusCode).toBe(202);
  });

  test.each(['', '+14255550123', '14255550123', '{"phoneNumber":"+14255550123"}', '"4255550123"', 'null'])(
    'with the body %j is 400',
    async (body) => expect((await startWith(body)).statusCode).toBe(400),
  );

  test('of another orchestrator gets 404', async () => {
    const response = await startWith('"+14255550123"', {}, '/orchestrators/E1_HelloSequence');
    expect(response.statusCode).toBe(404);
  });

  test('for a number with an open verification gets 409', async () => {
    const phoneNumber = uniquePhoneNumber();
    await startWith(JSON.stringify(phoneNumber));
    const second = await startWith(JSON.stringify(phoneNumber));
    expect(second.statusCode).toBe(409);
    expect(second.body).not.toContain('instances');
  });

  test('for such a number in another spelling and through the other API gets 409', async () => {
    const subscriber = `50${randomInt(2_000_000, 9_999_999)}`;
    const first = await startWith(JSON.stringify(`+971 (0)0 ${subscriber}`));
    expect(first.statusCode).toBe(202);
    const status = await get(pathOf(first.json<Urls>().statusQueryGetUri));
    expect(status.json()).toMatchObject({ input: `+971${subscriber}` });
    for (const trunk of ['', '0', '00', '000']) {
      const phoneNumber = `+971${trunk}${subscriber}`;
      expect((await startWith(JSON.stringify(phoneNumber))).statusCode).toBe(409);
      const headers = { authorization: `Bearer ${KEY}` };
      const rest = await inject({ method: 'POST', url: '/verifications', headers, payload: { phoneNumber } });
      expect(rest.statusCode).toBe(409);
    }
  });

  test.each([
    ['a Bearer key', { authorization: `Bearer ${KEY}` }, ''],
    ['x-functions-key', { 'x-functions-key': KEY }, ''],
    ['?code=', {}, `?code=${KEY}`],
  ])('accepts an API key as %s', async (_case, headers, query) => {
    const response = await post(ORCHESTRATOR + query, JSON.stringify(uniquePhoneNumber()), headers);
    expect(response.statusCode).toBe(202);
  });

  test.each([
    ['without a key', {}, ''],
    ['with a wrong key', { 'x-functions-key': 'wrong' }, ''],
    ['with a wrong code', {}, '?code=wrong'],
  ])('%s gets 401', async (_case, headers, query) => {
    const response = await post(ORCHESTRATOR + query, '"+14255550123"', headers);
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ detail: expect.stringMatching(/^Send an API key: as/) });
  });

  test('needs no key with anonymous starts, but all other requests do', async () => {
    const payload = JSON.stringify(uniquePhoneNumber());
    const started = await inject({ method: 'POST', url: ORCHESTRATOR, payload }, anonymous);
    expect(started.statusCode).toBe(202);
    const [withoutQuery = ''] = pathOf(started.json<Urls>().statusQueryGetUri).split('?');
    expect((await inject({ method: 'GET', url: withoutQuery }, anonymous)).statusCode).toBe(401);
  });
});

describe('an event', () => {
  test.each([
    ['digits', (code: string) => code, 'text/plain'],
    ['a JSON number, also with leading zeros', (code: string) => code, 'application/json'],
    ['digits in quotes', (code: string) => `"${code}"`, 'application/json'],
    ['digits without leading zeros', (code: string) => String(Number(code)), undefined],
    ['digits and a line break', (code: string) => `${code}\r\n`, 'application/octet-stream'],
  ])('with the code as %s verifies the number', async (_case, body, contentType) => {
    const { urls, statusUrl, code } = await startRunning();
    const response = await post(
      eventUrl(urls),
      body(code),
      contentType ? { 'content-type': contentType } : {},
    );
    expect(response.statusCode).toBe(202);
    expect(response.body).toBe('');
    expect(await statusWhenEnded(statusUrl)).toMatchObject({ runtimeStatus: 'Completed', output: true });
  });

  test.each(['', 'abcd', '"', '12345', '{"code":"1234"}', '12.4', '-123', '"1234', '１２３４'])(
    'with the body %j is 400 and costs nothing',
    async (body) => {
      const { urls, statusUrl } = await startRunning();
      expect((await post(eventUrl(urls), body)).statusCode).toBe(400);
      expect((await get(statusUrl)).json()).toMatchObject({ customStatus: { attemptsRemaining: 4 } });
    },
  );

  test.each(['Other', 'SmsChallengeResponse2'])('named %s is accepted and changes nothing', async (name) => {
    const { urls, statusUrl } = await startRunning();
    const response = await post(eventUrl(urls, name), '{"any":"thing"}', {
      'content-type': 'application/json',
    });
    expect(response.statusCode).toBe(202);
    expect((await get(statusUrl)).json()).toMatchObject({ customStatus: { attemptsRemaining: 4 } });
  });

  test('with another name may have a body of 64 KiB', async () => {
    const { urls } = await startRunning();
    expect((await post(eventUrl(urls, 'Other'), 'x'.repeat(65_536))).statusCode).toBe(202);
    expect((await post(eventUrl(urls, 'Other'), 'x'.repeat(65_537))).statusCode).toBe(413);
  });

  test('has a name that is compared without case', async () => {
    const { urls, statusUrl, code } = await startRunning();
    expect((await post(eventUrl(urls, 'SMSCHALLENGERESPONSE'), code)).statusCode).toBe(202);
    expect(await statusWhenEnded(statusUrl)).toMatchObject({ output: true });
  });

  test('after the end gets 410, also with another name', async () => {
    const { urls, statusUrl, code } = await startRunning();
    await post(eventUrl(urls), code);
    await statusWhenEnded(statusUrl);
    for (const name of ['SmsChallengeResponse', 'Other']) {
      expect((await post(eventUrl(urls, name), code)).statusCode).toBe(410);
    }
  });
});

describe('a client of the sample', () => {
  test.each(['json', ';;', ''])('may send the content type %j', async (contentType) => {
    const headers = { 'content-type': contentType };
    expect((await startWith(JSON.stringify(uniquePhoneNumber()), headers)).statusCode).toBe(202);
  });

  test('may write paths in any case and with a trailing slash', async () => {
    const payload = JSON.stringify(uniquePhoneNumber());
    const started = await startWith(payload, {}, '/API/Orchestrators/e4_smsphoneverification/');
    expect(started.statusCode).toBe(202);
    const status = pathOf(started.json<Urls>().statusQueryGetUri);
    expect((await get(status.replace('/instances/', '/Instances/').replace('?', '/?'))).statusCode).toBe(202);
  });

  test('may send a byte order mark before the number', async () => {
    expect((await startWith(`\uFEFF${JSON.stringify(uniquePhoneNumber())}`)).statusCode).toBe(202);
  });

  test('may send a long reason, which is cut off', async () => {
    const { urls, statusUrl } = await startRunning();
    expect((await post(terminateUrl(urls, 'x'.repeat(600)))).statusCode).toBe(202);
    expect(await statusWhenEnded(statusUrl)).toMatchObject({ output: 'x'.repeat(500) });
  });
});

test('an ended instance gets 410 and an unknown one 404, also for an invalid event', async () => {
  const { urls, statusUrl, code } = await startRunning();
  await post(eventUrl(urls), code);
  await statusWhenEnded(statusUrl);
  expect((await post(eventUrl(urls), 'junk')).statusCode).toBe(410);
  const unknown = `/runtime/webhooks/durabletask/instances/${'A'.repeat(64)}/raiseEvent/SmsChallengeResponse`;
  expect((await post(`${unknown}?code=${KEY}`, 'junk')).statusCode).toBe(404);
});

test.each([
  '/admin/extensions/DurableTaskExtension/instances/%zz?code=s3cret',
  `/verifications/${'x'.repeat(2_000)}`,
])('an invalid path gets a problem that does not repeat it', async (url) => {
  const response = await inject({ method: 'GET', url, headers: { authorization: `Bearer ${KEY}` } });
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.statusCode).toBeLessThan(500);
  expect(response.body).not.toMatch(/s3cret|%zz|xxx/);
});

describe('the status', () => {
  test('while it runs gets 202 with the sample’s fields first and times in whole seconds', async () => {
    const { phoneNumber, urls, statusUrl } = await startRunning();
    const response = await get(statusUrl);
    const status = response.json<Record<string, unknown>>();
    expect(response.statusCode).toBe(202);
    expect(Object.keys(status)).toEqual([
      'runtimeStatus',
      'input',
      'output',
      'createdTime',
      'lastUpdatedTime',
      'name',
      'instanceId',
      'customStatus',
    ]);
    expect(status).toMatchObject({
      runtimeStatus: 'Running',
      input: phoneNumber,
      output: null,
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      lastUpdatedTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      name: 'E4_SmsPhoneVerification',
      instanceId: urls.id,
      customStatus: { status: 'pending', attemptsRemaining: 4, expiresAt: expect.any(String) },
    });
  });

  test('is Pending until the message is sent', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const urls = (await startWith(JSON.stringify(phoneNumber))).json<Urls>();
    await hold.untilHeld();
    const status = await get(pathOf(urls.statusQueryGetUri));
    expect(status.statusCode).toBe(202);
    expect(status.json()).toMatchObject({ runtimeStatus: 'Pending', output: null });
    hold.release();
  });

  test('after four wrong codes is Completed with output false', async () => {
    const { urls, statusUrl, wrongCode } = await startRunning();
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect((await post(eventUrl(urls), wrongCode)).statusCode).toBe(202);
    }
    expect(await statusWhenEnded(statusUrl)).toMatchObject({ runtimeStatus: 'Completed', output: false });
  });

  test('is Failed with the reason if the message could not be sent', async () => {
    const phoneNumber = uniquePhoneNumber();
    service.sandbox.stubAnswer(phoneNumber, {
      status: 400,
      body: { code: 21211, message: 'Invalid', status: 400 },
    });
    const urls = (await startWith(JSON.stringify(phoneNumber))).json<Urls>();
    expect(await statusWhenEnded(pathOf(urls.statusQueryGetUri))).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining('cannot receive messages'),
    });
  });

  // C# writes the second one.
  test.each(['false', 'False'])('leaves out the input with showInput=%s', async (showInput) => {
    const { statusUrl } = await startRunning();
    expect((await get(`${statusUrl}&showInput=${showInput}`)).json()).toMatchObject({ input: null });
  });

  test('is the same on the newer path', async () => {
    const { statusUrl } = await startRunning();
    const newer = statusUrl.replace(
      '/admin/extensions/DurableTaskExtension',
      '/runtime/webhooks/durabletask',
    );
    expect((await get(newer)).json()).toEqual((await get(statusUrl)).json());
  });
});

test('a terminate gets 202, its reason becomes the output, and a repeat gets 410', async () => {
  const { urls, statusUrl, code } = await startRunning();
  const terminated = await post(terminateUrl(urls, 'changed my mind'));
  expect(terminated.statusCode).toBe(202);
  expect(terminated.body).toBe('');
  expect(await statusWhenEnded(statusUrl)).toMatchObject({
    runtimeStatus: 'Terminated',
    output: 'changed my mind',
  });
  expect((await post(terminateUrl(urls, 'again'))).statusCode).toBe(410);
  expect((await post(eventUrl(urls), code)).statusCode).toBe(410);
});

describe('a capability', () => {
  test('allows only its own purpose', async () => {
    const { urls, code } = await startRunning();
    const other = await startRunning();
    const instance = `/admin/extensions/DurableTaskExtension/instances/${urls.id}`;
    const codeOf = (url: string) => url.slice(url.indexOf('code=') + 5);
    const [status, event, terminate] = [
      urls.statusQueryGetUri,
      urls.sendEventPostUri,
      urls.terminatePostUri,
    ].map(codeOf);
    const attempts = [
      get(`${instance}?code=${event}`),
      get(`${instance}?code=${terminate}`),
      get(`${instance}?code=${codeOf(other.urls.statusQueryGetUri)}`),
      get(`${instance}?code=${status?.slice(0, -1)}`),
      get(`${instance}?code=`),
      get(instance),
      post(`${instance}/raiseEvent/SmsChallengeResponse?code=${status}`, code),
      post(`${instance}/raiseEvent/SmsChallengeResponse?code=${terminate}`, code),
      post(`${instance}/terminate?reason=x&code=${event}`),
    ];
    for (const response of await Promise.all(attempts)) {
      expect(response.statusCode).toBe(401);
      expect(response.json()).toMatchObject({ code: 'unauthorized' });
    }
    expect((await get(pathOf(urls.statusQueryGetUri))).json()).toMatchObject({ runtimeStatus: 'Running' });
  });

  test('expires an hour after the last moment of the window', async () => {
    const { urls, statusUrl } = await startRunning();
    const { createdTime } = (await get(statusUrl)).json<{ createdTime: string }>();
    const code = new URL(urls.statusQueryGetUri).searchParams.get('code') ?? '';
    const expiresAt = Buffer.from(code, 'base64url').readUIntBE(0, 6);
    // 30 s to send the message, and a window of 90 s.
    expect(expiresAt).toBe(Date.parse(createdTime) / 1000 + 30 + 90 + 3_600);
  });

  test('is of no use once it has expired', async () => {
    const { urls } = await startRunning();
    const statusWith = (expiresAt: number) => {
      const subject = { tenantId: DEFAULT_TENANT, id: urls.id };
      const code = createCapabilities(testKeyRing).grant('status', subject, expiresAt);
      return get(`/admin/extensions/DurableTaskExtension/instances/${urls.id}?code=${code}`);
    };
    expect((await statusWith(Date.now() + 60_000)).statusCode).toBe(202);
    expect((await statusWith(Date.now() - 1_000)).statusCode).toBe(401);
  });

  test('for a verification that Temporal no longer has gets 401', async () => {
    const id = 'A'.repeat(64);
    const code = createCapabilities(testKeyRing).grant(
      'status',
      { tenantId: DEFAULT_TENANT, id },
      Date.now() + 60_000,
    );
    const response = await get(`/admin/extensions/DurableTaskExtension/instances/${id}?code=${code}`);
    expect(response.statusCode).toBe(401);
  });

  test('is not contained in the answers to its use', async () => {
    const { statusUrl, urls } = await startRunning();
    const response = await get(statusUrl);
    for (const url of [urls.statusQueryGetUri, urls.sendEventPostUri, urls.terminatePostUri]) {
      expect(JSON.stringify([response.headers, response.body])).not.toContain(
        url.slice(url.indexOf('code=') + 5),
      );
    }
  });
});

test('an unknown instance gets 404 with an API key and 401 without', async () => {
  const instance = `/runtime/webhooks/durabletask/instances/${'A'.repeat(64)}`;
  expect((await get(`${instance}?code=${KEY}`)).statusCode).toBe(404);
  expect((await post(`${instance}/terminate?reason=x&code=${KEY}`)).statusCode).toBe(404);
  expect((await post(`${instance}/raiseEvent/Other?code=${KEY}`, '1')).statusCode).toBe(404);
  expect((await get(`${instance}?code=guess`)).statusCode).toBe(401);
});
