import { workflowIdFor } from '../../../src/gateway/ids';
import { createTemporalClient } from '../../../src/temporal/client';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { LogLines } from '../../support/log-lines';
import { sendToTarget } from '../../support/send-to-target';
import {
  ANY_NUMBER,
  eventually,
  receivedCode,
  sameBlockNumber,
  testDataConverter,
  testDigests,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  basic,
  type clientOf,
  send,
  SERVICE_SID,
  startVerifyService,
  TEMPLATE_SID,
  verifyTenant,
  type RawRequest,
} from '../../support/verify-service';

// Every error of Twilio Verify that this service has: status, code, message and headers. `send` and the client check
// that the body has exactly Twilio's four keys.

const anHour = (max: number) => ({ max, periodMs: 3_600_000 });
const serviceSid = (digit: string) => `VA${digit.repeat(32)}`;
const OTHER_ACCOUNT = `AC${'d'.repeat(32)}`;

/** Services of the account with other rules than `shop`. */
const CALLER = serviceSid('1');
const CLIENT_IP = serviceSid('2');
const COOLING = serviceSid('3');
const GERMAN = serviceSid('4');
const SLOW = serviceSid('5');
const FOREIGN = serviceSid('6');
const NAMED = serviceSid('7');
/** Of the service SLOW. */
const TEST_NUMBER = { phoneNumber: '+14255550199', code: '216800', endsAt: Infinity };

const inAccount = (id: string, sid: string, more: Parameters<typeof verifyTenant>[1] = {}) =>
  verifyTenant(id, { ...more, verify: { serviceSid: sid, ...more.verify } });

const log = new LogLines();
let server: DevServer;
let service: Service;
let baseUrl: string;
let shop: ReturnType<typeof clientOf>['shop'];

beforeAll(async () => {
  server = await connectDevServer();
  ({ service, shop, baseUrl } = await startVerifyService(server, {
    log,
    tenants: [
      inAccount('caller', CALLER, { rules: { limits: { caller: anHour(1), clientIp: undefined } } }),
      inAccount('client-ip', CLIENT_IP, { rules: { limits: { caller: undefined, clientIp: anHour(1) } } }),
      inAccount('cooling', COOLING, { rules: { cooldownSeconds: [3_600] } }),
      inAccount('german', GERMAN, {
        rules: { numberRules: { ...ANY_NUMBER, allowedCountries: ['DE'] } },
        verify: { customCodeEnabled: false },
      }),
      inAccount('slow', SLOW, {
        policy: { resendIntervalMs: 30_000, numberLimit: anHour(6) },
        rules: { numberRules: { ...ANY_NUMBER, testNumbers: [TEST_NUMBER] } },
      }),
      inAccount('foreign', FOREIGN, { verify: { accountSid: OTHER_ACCOUNT }, authToken: 'foreign-token' }),
      inAccount('named', NAMED, { verify: { rateLimits: { number: anHour(1), 'per user': anHour(2) } } }),
    ],
  }));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const pathOf = (sid: string, rest = '') => `/v2/Services/${sid}${rest}`;

function create(
  fields: Record<string, string> = {},
  sid = SERVICE_SID,
  url = baseUrl,
  headers: Record<string, string> = {},
) {
  const body = { To: uniquePhoneNumber(), Channel: 'sms', ...fields };
  return send(url, pathOf(sid, '/Verifications'), { body, headers });
}

function check(fields: Record<string, string>, sid = SERVICE_SID, url = baseUrl) {
  return send(url, pathOf(sid, '/VerificationCheck'), { body: fields });
}

const error = (status: number, code: number, message: unknown = expect.any(String)) => ({
  status,
  body: { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` },
});
const notFound = (path: string) => error(404, 20404, `The requested resource ${path} was not found`);
const tooMany = error(429, 20429, 'Too many requests');
const sendsUsedUp = error(429, 60203, 'Max send attempts reached');
const concurrent = error(429, 60212, 'Too many concurrent requests for phone number');
const unavailable = error(503, 20503, 'Service is unavailable. Please try again');
const NOWHERE = `/Verifications/VE${'0'.repeat(32)}`;

describe('credentials', () => {
  test.each<[name: string, request: RawRequest]>([
    ['none', { credentials: null }],
    ['a wrong password', { credentials: [ACCOUNT_SID, 'wrong'] }],
    ['an unknown user name', { credentials: [`SK${'0'.repeat(32)}`, AUTH_TOKEN] }],
    ['an empty password', { credentials: [ACCOUNT_SID, ''] }],
    ['a bearer token', { credentials: null, headers: { authorization: 'Bearer shop-key' } }],
    ['no colon', { credentials: null, headers: { authorization: 'Basic QUM=' } }],
  ])('with %s, every path answers 20003', async (_name, request) => {
    const requests: [path: string, request: RawRequest][] = [
      [pathOf(SERVICE_SID), {}],
      [pathOf(SERVICE_SID, '/Verifications'), { body: {} }],
      [pathOf(SERVICE_SID, NOWHERE), {}],
      [pathOf(SERVICE_SID, '/VerificationCheck'), { body: { Code: '1' } }],
      ['/v2/Services', {}],
      ['/v2/Services', { body: {} }],
      ['/v2/Templates', {}],
      ['/v2/Nothing', {}],
      [pathOf(serviceSid('0')), {}],
      [pathOf(SERVICE_SID, '/Verifications'), { method: 'DELETE' }],
    ];
    for (const [path, more] of requests) {
      const answer = await send(baseUrl, path, { ...more, ...request });
      expect(answer).toMatchObject(error(401, 20003, 'Authenticate'));
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Twilio API"');
    }
  });

  test('of one account do not open the service of another', async () => {
    expect(await send(baseUrl, pathOf(FOREIGN))).toMatchObject(notFound(`/Services/${FOREIGN}`));
    expect(await create({}, FOREIGN)).toMatchObject(notFound(`/Services/${FOREIGN}`));
    expect(await check({ To: uniquePhoneNumber(), Code: '123456' }, FOREIGN)).toMatchObject(
      error(404, 20404),
    );
    const credentials = [OTHER_ACCOUNT, 'foreign-token'] as const;
    expect(await send(baseUrl, pathOf(FOREIGN), { credentials })).toMatchObject({ status: 200 });
    expect(await send(baseUrl, pathOf(SERVICE_SID), { credentials })).toMatchObject(error(404, 20404));
  });
});

describe('20404', () => {
  test.each([
    `/Services/${serviceSid('0')}`,
    '/Services/nonsense',
    `/Services/${SERVICE_SID}${NOWHERE}`,
    `/Services/${SERVICE_SID}/Verifications/VE123`,
    `/Services/${SERVICE_SID}/Verifications/+14255550123456`,
    `/Services/${SERVICE_SID}/Verifications/+1`,
    `/Services/${SERVICE_SID}/Entities/x/Factors`,
    `/Services/${SERVICE_SID}/Webhooks`,
    '/Forms/forms-push',
    '/',
  ])('names the path %s', async (path) => {
    expect(await send(baseUrl, `/v2${path}`)).toMatchObject(notFound(path));
  });

  test('names the decoded path, without its query', async () => {
    const to = uniquePhoneNumber();
    const path = `/Services/${SERVICE_SID}/Verifications/`;
    const answer = await send(baseUrl, `/v2${path}${encodeURIComponent(to)}?x=1`);
    expect(answer).toMatchObject(notFound(`${path}${to}`));
  });

  test.each(['v2', 'V2'])('is not the answer to a path that can not be read (/%s)', async (version) => {
    expect(await send(baseUrl, `/${version}/Services/${SERVICE_SID}/Verifications/%ZZ`)).toMatchObject(
      error(400, 20422),
    );
  });

  test('answers a check and an update of a number without a verification', async () => {
    const fields = { To: uniquePhoneNumber(), Code: '123456' };
    expect(await check(fields)).toMatchObject(notFound(`/Services/${SERVICE_SID}/VerificationCheck`));
    const path = `/Services/${SERVICE_SID}/Verifications/${fields.To}`;
    const update = await send(baseUrl, `/v2${path}`, { body: { Status: 'canceled' } });
    expect(update).toMatchObject(notFound(path));
  });

  test('answers the SID of another service', async () => {
    const to = uniquePhoneNumber();
    const { sid } = await shop.verifications.create({ to, channel: 'sms' });
    expect(await send(baseUrl, pathOf(SLOW, `/Verifications/${sid}`))).toMatchObject(error(404, 20404));
    expect(await check({ VerificationSid: sid, Code: '123456' }, SLOW)).toMatchObject(error(404, 20404));
    expect(await send(baseUrl, pathOf(SERVICE_SID, `/Verifications/${sid}`))).toMatchObject({ status: 200 });
  });
});

describe('a request target that is a whole URL', () => {
  async function get(path: string) {
    const headers = { authorization: basic(ACCOUNT_SID, AUTH_TOKEN) };
    const { status, text } = await sendToTarget(baseUrl, `http://localhost${path}`, { headers });
    return { status, body: JSON.parse(text) as unknown };
  }

  test('is named by its path in 20404', async () => {
    const path = `/Services/${SERVICE_SID}/nowhere`;
    expect(await get(`/v2${path}?x=1`)).toMatchObject(notFound(path));
  });

  test('is 20422 if its path can not be read', async () => {
    expect(await get(`/v2/Services/${SERVICE_SID}/Verifications/%ZZ`)).toMatchObject(error(400, 20422));
  });
});

describe('a verification of another service of the account', () => {
  const update = (name: string, Status: string, sid: string) =>
    send(baseUrl, pathOf(sid, `/Verifications/${name}`), { body: { Status } });

  test.each(['by its SID', 'by its number'])(
    'is not found %s, and stays open: to fetch, to check, to cancel, to approve',
    async (by) => {
      const To = uniquePhoneNumber();
      const { sid } = await shop.verifications.create({ to: To, channel: 'sms' });
      const code = await receivedCode(service.sandbox, To);
      const name = by === 'by its SID' ? sid : To;
      const field = by === 'by its SID' ? 'VerificationSid' : 'To';

      for (const answer of [
        await send(baseUrl, pathOf(SLOW, `/Verifications/${name}`)),
        await check({ [field]: name, Code: code }, SLOW),
        await update(name, 'canceled', SLOW),
        await update(name, 'approved', SLOW),
      ])
        expect(answer).toMatchObject(error(404, 20404));
      // The right code of the other service is a wrong one, and both verifications go on.
      const own = await create({ To }, SLOW);
      expect(own.body['sid']).not.toBe(sid);
      expect(await check({ To, Code: code }, SLOW)).toMatchObject({ body: { valid: false } });
      expect(await update(String(own.body['sid']), 'canceled', SLOW)).toMatchObject({ status: 200 });
      expect(await check({ [field]: name, Code: code })).toMatchObject({ body: { sid, status: 'approved' } });
    },
  );
});

test.each([
  ['PUT', '/Verifications'],
  ['GET', '/VerificationCheck'],
  ['DELETE', NOWHERE],
  ['PATCH', ''],
])('the method %s on %s is 20004', async (method, rest) => {
  const answer = await send(baseUrl, pathOf(SERVICE_SID, rest), { method });
  expect(answer).toMatchObject(error(405, 20004));
  expect(answer.headers.get('allow')).toMatch(/POST|GET/);
});

test.each([
  ['POST', '/Services'],
  ['POST', `/Services/${SERVICE_SID}`],
  ['DELETE', `/Services/${SERVICE_SID}`],
  ['POST', `/Services/${SERVICE_SID}/RateLimits`],
  ['POST', `/Services/${SERVICE_SID}/RateLimits/RK${'0'.repeat(32)}`],
  ['DELETE', `/Services/${SERVICE_SID}/RateLimits/RK${'0'.repeat(32)}`],
  ['POST', `/Services/${SERVICE_SID}/RateLimits/RK${'0'.repeat(32)}/Buckets`],
  ['POST', `/Services/${SERVICE_SID}/RateLimits/RK${'0'.repeat(32)}/Buckets/BL${'0'.repeat(32)}`],
  ['DELETE', `/Services/${SERVICE_SID}/RateLimits/RK${'0'.repeat(32)}/Buckets/BL${'0'.repeat(32)}`],
  ['POST', '/SafeList/Numbers'],
  ['DELETE', '/SafeList/Numbers/+14255550123'],
])('%s %s is 60204, and points to TENANTS_FILE', async (method, path) => {
  const answer = await send(baseUrl, `/v2${path}`, {
    method,
    ...(method === 'POST' && { body: { FriendlyName: 'x', UniqueName: 'x' } }),
  });
  expect(answer).toMatchObject(error(403, 60204, expect.stringContaining('TENANTS_FILE')));
});

test('the managed paths of a foreign service are not found', async () => {
  const answer = await send(baseUrl, pathOf(FOREIGN, '/RateLimits'), { body: { UniqueName: 'x' } });
  expect(answer).toMatchObject(notFound(`/Services/${FOREIGN}`));
});

describe('20429', () => {
  test('CALLER_LIMIT', async () => {
    expect(await create({}, CALLER)).toMatchObject({ status: 201 });
    const answer = await create({}, CALLER);
    expect(answer).toMatchObject(tooMany);
    expect(answer.headers.get('twilio-reached-rate-limit')).toBe('caller');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_500);
  });

  test('CLIENT_IP_LIMIT, by DeviceIp', async () => {
    expect(await create({ DeviceIp: '2001:db8:1:2::1' }, CLIENT_IP)).toMatchObject({ status: 201 });
    const answer = await create({ DeviceIp: '2001:DB8:1:2:3:4:5:6' }, CLIENT_IP);
    expect(answer).toMatchObject(tooMany);
    expect(answer.headers.get('twilio-reached-rate-limit')).toBe('client-ip');
    expect(await create({ DeviceIp: '2001:db8:1:3::1' }, CLIENT_IP)).toMatchObject({ status: 201 });
    expect(await create({}, CLIENT_IP)).toMatchObject({ status: 201 });
  });

  test.each([
    ['number', 1],
    ['per user', 2],
  ])('the RateLimit %j, counted for each value', async (name, max) => {
    const limited = (value: unknown) =>
      create({ RateLimits: JSON.stringify({ other: 1, [name]: value }) }, NAMED);
    for (let count = 0; count < max; count++) expect(await limited('alice')).toMatchObject({ status: 201 });
    const answer = await limited('alice');
    expect(answer).toMatchObject(tooMany);
    expect(answer.headers.get('twilio-reached-rate-limit')).toBe(name);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(await limited('bob')).toMatchObject({ status: 201 });
    expect(await limited(42)).toMatchObject({ status: 201 });
    for (let count = 0; count <= max; count++) expect(await limited(null)).toMatchObject({ status: 201 });
  });

  test('budgets: joined creates do not spend the first message again', async () => {
    const budgeted = await startVerifyService(server, { limits: { prefix: anHour(1) } });
    const To = uniquePhoneNumber();
    expect(await create({ To }, SERVICE_SID, budgeted.baseUrl)).toMatchObject({ status: 201 });
    const answer = await create({ To: sameBlockNumber(To, 1) }, SERVICE_SID, budgeted.baseUrl);
    expect(answer).toMatchObject(tooMany);
    expect(answer.headers.get('twilio-reached-rate-limit')).toBe('prefix');
    await eventually(async () => (await create({ To }, SERVICE_SID, budgeted.baseUrl)).status === 201);
    await budgeted.service.stop();
  });
});

describe('the state of the verification', () => {
  test('a text sooner than the interval is 60212', async () => {
    const To = uniquePhoneNumber();
    await create({ To }, SLOW);
    const answer = await create({ To }, SLOW);
    expect(answer).toMatchObject(concurrent);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(20);
  });

  test('a number that is cooling down is 60203', async () => {
    const To = uniquePhoneNumber();
    const { body } = await create({ To }, COOLING);
    await send(baseUrl, pathOf(COOLING, `/Verifications/${String(body['sid'])}`), {
      body: { Status: 'canceled' },
    });
    const answer = await create({ To }, COOLING);
    expect(answer).toMatchObject(sendsUsedUp);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(200);
  });

  test('after five wrong codes, a check and a create are 60202 until the window would have ended', async () => {
    const To = uniquePhoneNumber();
    await create({ To });
    const code = await receivedCode(service.sandbox, To);
    for (let tries = 0; tries < 5; tries++) {
      const answer = await check({ To, Code: wrongCodeFor(code) });
      expect(answer).toMatchObject({ status: 200, body: { status: 'pending', valid: false } });
    }
    for (const answer of [await check({ To, Code: code }), await create({ To })]) {
      expect(answer).toMatchObject(error(429, 60202, 'Max check attempts reached'));
      const retryAfter = Number(answer.headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThan(500);
      expect(retryAfter).toBeLessThanOrEqual(600);
    }
    const fetched = await send(baseUrl, pathOf(SERVICE_SID, `/Verifications/${To}`));
    expect(fetched).toMatchObject({ status: 200, body: { status: 'max_attempts_reached', valid: false } });
  });
});

describe('the number', () => {
  test('a landline is 60205', async () => {
    const To = '+4930901820';
    expect(await create({ To })).toMatchObject(
      error(403, 60205, 'SMS is not supported by landline phone number'),
    );
  });

  test('a country that is not allowed is 60605, with its calling code', async () => {
    expect(await create({ To: '+14255550123' }, GERMAN)).toMatchObject(
      error(
        403,
        60605,
        'The destination phone number has been blocked by Verify Geo-Permissions. +1 is blocked for sms channel for all services',
      ),
    );
  });

  test.each([
    [1, 400, 21211, /not a valid phone number/],
    [2, 400, 21612, /./],
    [3, 400, 21408, /has not been enabled for the region/],
    [4, 400, 21610, /unsubscribed recipient/],
    [9, 403, 60205, /^SMS is not supported by landline phone number$/],
  ])(
    'the provider refuses +1500555000%i: the first create answers %i %i',
    async (digit, status, code, message) => {
      const To = `+1500555000${digit}`;
      expect(await create({ To })).toMatchObject(error(status, code, expect.stringMatching(message)));
      // Nothing is open any more.
      expect(await check({ To, Code: '123456' })).toMatchObject(error(404, 20404));
    },
  );
});

describe('a create that another one has joined or preceded', () => {
  const unsubscribed = { status: 400, body: { code: 21610, message: 'no', status: 400 } };
  const refused = error(400, 21610, 'Attempt to send to unsubscribed recipient');

  test('fails if the provider refuses its own message, also when it is repeated; the code stays valid', async () => {
    const To = uniquePhoneNumber();
    await create({ To });
    const Code = await receivedCode(service.sandbox, To);
    service.sandbox.stubAnswer(To, unsubscribed);
    for (let repeats = 0; repeats < 2; repeats++)
      expect(await create({ To }, SERVICE_SID, baseUrl, { 'idempotency-key': 'second' })).toMatchObject(
        refused,
      );
    expect(await create({ To })).toMatchObject({ status: 201 });
    expect(await check({ To, Code })).toMatchObject({ status: 200, body: { status: 'approved' } });
  });

  test('fails with the first one while the first message is being sent', async () => {
    const To = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', To);
    service.sandbox.stubAnswer(To, unsubscribed);
    const createWith = (headers: Record<string, string>) => create({ To }, SERVICE_SID, baseUrl, headers);
    const first = createWith({ 'idempotency-key': 'first' });
    await hold.untilHeld();
    const others = [{}, { 'idempotency-key': 'first' }, { 'idempotency-key': 'other' }].map(createWith);
    // The last one sends the workflow an Update.
    const run = server.client.workflow.getHandle(workflowIdFor(testDigests.phoneNumber('shop', To)));
    await eventually(async () =>
      (await run.fetchHistory()).events?.some(
        (event) => event.workflowExecutionUpdateCompletedEventAttributes,
      ),
    );
    hold.release();
    for (const answer of await Promise.all([first, ...others])) expect(answer).toMatchObject(refused);
  });
});

describe('a fault of the provider that is not about the number', () => {
  test.each([20003, 21606, 30001, 30002, 30034])('(%i) is 20503, and the log has its code', async (code) => {
    const To = uniquePhoneNumber();
    service.sandbox.stubAnswer(To, { status: 400, body: { code, message: 'no', status: 400 } });
    const before = log.lines.length;
    const answer = await create({ To });
    expect(answer).toMatchObject(unavailable);
    expect(Number(answer.headers.get('retry-after'))).toBe(30);
    const lines = log.lines.slice(before).filter(({ level }) => level >= 40);
    expect(lines).toMatchObject([
      { level: 40, status: 503, code: 20503, reason: expect.stringContaining(String(code)) },
    ]);
    expect(lines[0]).not.toHaveProperty('err');
  });

  test.each([
    [30003, error(400, 30003)],
    [30004, error(400, 30004)],
    [30005, error(400, 30005)],
    [30007, error(400, 30007)],
    [30008, error(400, 30008)],
    [21608, error(403, 21608)],
    [21617, error(400, 60200, expect.stringMatching(/^Invalid parameter: TemplateCustomSubstitutions/))],
  ])('(%i is about the number or the text)', async (code, expected) => {
    const To = uniquePhoneNumber();
    service.sandbox.stubAnswer(To, { status: 400, body: { code, message: 'no', status: 400 } });
    expect(await create({ To })).toMatchObject(expected);
  });
});

describe('features', () => {
  test('CustomCode of a service that does not allow it is 60204', async () => {
    const fields = { To: '+4915123456789', CustomCode: '123456' };
    const answer = await create(fields, GERMAN);
    expect(answer).toMatchObject(error(403, 60204, 'Service does not support this feature'));
    expect(service.sandbox.inbox(fields.To)).toEqual([]);
  });

  test('CustomCode for a test number is 60200: its code is fixed', async () => {
    const { phoneNumber: To, code } = TEST_NUMBER;
    for (const CustomCode of ['123456', code])
      expect(await create({ To, CustomCode }, SLOW)).toMatchObject(
        error(400, 60200, 'Invalid parameter: CustomCode. A test number has its own code.'),
      );
    expect(await create({ To }, SLOW)).toMatchObject({ status: 201 });
    expect(await check({ To, Code: code }, SLOW)).toMatchObject({ body: { status: 'approved' } });
  });

  test('an unknown template is 60228', async () => {
    expect(await create({ TemplateSid: `HJ${'0'.repeat(32)}` })).toMatchObject(
      error(404, 60228, 'Template was not found'),
    );
    expect(await create({ TemplateSid: 'x' })).toMatchObject(error(404, 60228));
  });

  test('missing substitutions are 60224', async () => {
    for (const values of ['', '{"name":"x"}', '{"order":null}'])
      expect(await create({ TemplateSid: TEMPLATE_SID, TemplateCustomSubstitutions: values })).toMatchObject(
        error(400, 60224, 'Missing substitutions for selected template: order'),
      );
  });

  test.each(['call', 'whatsapp', 'email'])('AppHash with the channel %s is 60602', async (Channel) => {
    expect(await create({ Channel, AppHash: 'AbCdEfGhIjK' })).toMatchObject(
      error(400, 60602, 'App hash can only be used with SMS channel'),
    );
  });
});

test('while no worker answers, a check, a fetch and a joining create are 20503', async () => {
  const { service: idle, baseUrl: url } = await startVerifyService(server);
  const To = uniquePhoneNumber();
  await create({ To }, SERVICE_SID, url);
  await receivedCode(idle.sandbox, To);
  await idle.stopWorker();
  const answers = await Promise.all([
    check({ To, Code: '123456' }, SERVICE_SID, url),
    send(url, pathOf(SERVICE_SID, `/Verifications/${To}`)),
    create({ To }, SERVICE_SID, url),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toBe('2');
  }
  expect(idle.sandbox.inbox(To)).toHaveLength(1);
  // A new verification needs no worker: its message is sent when one comes.
  const other = uniquePhoneNumber();
  expect(await create({ To: other }, SERVICE_SID, url)).toMatchObject({
    status: 201,
    body: { status: 'pending' },
  });
  await idle.startWorker();
  await receivedCode(idle.sandbox, other);
  await idle.stop();
});

test('while Temporal does not answer, everything is 20503', async () => {
  const client = createTemporalClient({
    connection: { address: '127.0.0.1:1' },
    namespace: 'default',
    dataConverter: testDataConverter,
  });
  const away = await startVerifyService({ ...server, client }, { withWorker: false });
  const To = uniquePhoneNumber();
  const answers = await Promise.all([
    create({ To }, SERVICE_SID, away.baseUrl),
    check({ To, Code: '123456' }, SERVICE_SID, away.baseUrl),
    send(away.baseUrl, pathOf(SERVICE_SID, `/Verifications/${To}`)),
  ]);
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toBe('2');
  }
  await away.service.stop();
  await client.connection.close();
});
