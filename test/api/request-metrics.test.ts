import { connectDevServer, type DevServer } from '../support/dev-server';
import { parseSamples, type Sample } from '../support/scrape';
import { API_KEYS, eventually, uniquePhoneNumber, type Service } from '../support/service';
import { ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, startVerifyService } from '../support/verify-service';

const FORM = 'application/x-www-form-urlencoded';
const BEARER = `Bearer ${API_KEYS[0]}`;
const BASIC = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`;
const CREATE = `/v2/Services/${SERVICE_SID}/Verifications`;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  const tryItPage = { cookieKeys: [Buffer.alloc(32, 7)], phonePageUrl: undefined };
  ({ service } = await startVerifyService(server, { withWorker: false, tryItPage }));
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

async function samplesOf(name: string): Promise<Sample[]> {
  return parseSamples(await service.metrics.text()).filter((sample) => sample.name === name);
}

/** How often each error was counted while `act` ran. */
async function errorsOf(act: () => Promise<unknown>): Promise<Record<string, number>> {
  const read = async () =>
    new Map(
      (await samplesOf('phone_verification_refusals_total')).map(
        ({ labels: { code = '', limit }, value }) => [
          limit === undefined ? code : `${code} (${limit})`,
          value,
        ],
      ),
    );
  const before = await read();
  await act();
  const added = [...(await read())].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return Object.fromEntries(added.filter(([, count]) => count > 0));
}

const post = (url: string, payload: string, headers: Record<string, string>) =>
  service.app.inject({ method: 'POST', url, payload, headers: { 'content-type': FORM, ...headers } });
const get = (url: string, headers = {}) => service.app.inject({ url, headers });

describe('an error is counted by its code', () => {
  const create = (fields: string) => post(CREATE, fields, { authorization: BASIC });
  const cases: [name: string, act: () => Promise<unknown>, errors: Record<string, number>][] = [
    ['on the REST API', () => get('/verifications/x'), { unauthorized: 1 }],
    ['on an unknown path', () => get('/nothing'), { not_found: 1 }],
    ['for a path that can not be read', () => get('/%zz'), { invalid_request: 1 }],
    [
      'on the Durable Functions API',
      () => get('/runtime/webhooks/durabletask/instances/x'),
      { unauthorized: 1 },
    ],
    ['of Twilio Verify that all APIs have', () => post(CREATE, '', {}), { unauthorized: 1 }],
    [
      'of Twilio Verify that only it has, by its number',
      () => create('To=%2B14255550123&Channel=fax'),
      { 60200: 1 },
    ],
    [
      'on the try-it page, without its token',
      () => post('/try-it/start', 'phoneNumber=1', {}),
      { forbidden: 1 },
    ],
    [
      'for a delivery report without signature',
      () => post('/webhooks/twilio/status', 'a=b', {}),
      { forbidden: 1 },
    ],
  ];

  test.each(cases)('%s', async (_, act, errors) => {
    expect(await errorsOf(act)).toEqual(errors);
  });

  test('and the limit, but not by the name that a tenant gave to it', async () => {
    const fields = () =>
      new URLSearchParams({
        To: uniquePhoneNumber(),
        Channel: 'sms',
        RateLimits: JSON.stringify({ session: 'a' }),
      }).toString();

    const errors = await errorsOf(async () => {
      for (let requests = 0; requests < 3; requests++) await create(fields());
    });

    expect(errors).toEqual({ 'rate_limited (named)': 1 });
  });
});

test('requests are counted by route, not by path, and rare methods as one', async () => {
  await get('/verifications/a', { authorization: BEARER });
  await get('/verifications/b', { authorization: BEARER });
  for (const method of ['PUT', 'PATCH', 'MKCOL'] as const)
    await service.app.inject({ method: method as 'PUT', url: '/verifications/a' });

  // They are counted when their answer has been sent.
  const counted = await eventually(async () => {
    const found = (await samplesOf('phone_verification_http_requests_total'))
      .filter(({ labels }) => labels['route'] === '/verifications/:id')
      .map(({ labels: { method, status }, value }) => `${method} ${status}: ${value}`);
    return found.includes('other 405: 3') && found;
  });

  expect(counted).toEqual(['GET 401: 1', 'GET 404: 2', 'other 405: 3']);
});

test('no label has a value of a request', async () => {
  await get('/verifications/+14255550123?code=2168', { authorization: BEARER });
  await get('/no-such-path-14255550123');

  const labels = parseSamples(await service.metrics.text()).flatMap((sample) => Object.values(sample.labels));

  expect(labels.filter((value) => /4255550123|2168/.test(value))).toEqual([]);
});
