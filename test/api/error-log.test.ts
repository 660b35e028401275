import { deepEqual } from 'node:assert/strict';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import type { InjectOptions } from 'fastify';
import { createTemporalClient } from '../../src/temporal/client';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { parseSamples } from '../support/scrape';
import {
  API_KEYS,
  requiredEnv,
  sameBlockNumber,
  startService,
  testDataConverter,
  uniquePhoneNumber,
  type Service,
} from '../support/service';

const [KEY] = API_KEYS;
const START = '/verifications';
const CLIENT_IP = '198.51.100.77';
const CODE = '97531864';
const INFO = 30;
const WARN = 40;

type Line = Record<string, unknown>;

let server: DevServer;
let service: Service;
const output: string[] = [];

beforeAll(async () => {
  server = await connectDevServer();
});

beforeEach(() => output.splice(0));
afterEach(async () => {
  await service.stop();
  deepEqual(await countedErrors(), loggedErrors());
});
afterAll(() => server.close());

async function withLog(options: Partial<Parameters<typeof startService>[0]> = {}): Promise<void> {
  const log = new Writable({
    write(chunk, _encoding, done) {
      output.push(...String(chunk).trimEnd().split('\n'));
      done();
    },
  });
  service = await startService({ ...server, withWorker: false, log, ...options });
}

/** The log lines of error responses, without the fields that every line has. */
function errorLines(): Line[] {
  return output
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => ['request refused', 'request not served', 'request failed'].includes(String(msg)))
    .map(({ level, status, code, limit, reason, msg }) => ({ level, status, code, limit, reason, msg }));
}

/** Each error that was logged, as the metrics name it. All of them must be counted once. */
function loggedErrors(): string[] {
  return errorLines()
    .map(({ code, limit = '' }) => [code, limit].join(' '))
    .toSorted();
}

async function countedErrors(): Promise<string[]> {
  return parseSamples(await service.metrics.text())
    .filter(({ name }) => name === 'phone_verification_refusals_total')
    .flatMap(({ labels: { code = '', limit = '' }, value }) =>
      Array.from({ length: value }, () => `${code} ${limit}`),
    )
    .toSorted();
}

const refused = (status: number, code: string, limit?: string): Line => ({
  level: INFO,
  status,
  code,
  ...(limit !== undefined && { limit }),
  msg: 'request refused',
});

function start(body: object | string, headers: Record<string, string> = {}) {
  return service.app.inject({
    method: 'POST',
    url: START,
    headers: { authorization: `Bearer ${KEY}`, ...headers },
    payload: body,
  });
}

const anHour = (max: number) => ({ max, periodMs: 3_600_000 });

describe('the log, and not the answer, names the limit that was reached:', () => {
  const anyCountry = { general: anHour(1), countries: new Map() };

  test.each([
    ['caller', { caller: anHour(1) }],
    ['client-ip', { clientIp: anHour(1) }],
    ['country', { country: anyCountry }],
    ['country', { country: { general: undefined, countries: new Map([['US', anHour(1)]]) } }],
    ['prefix', { prefix: anHour(1) }],
  ])('%s', async (limit, limits) => {
    await withLog({ limits });
    const phoneNumber = uniquePhoneNumber();
    expect((await start({ phoneNumber, clientIp: CLIENT_IP })).statusCode).toBe(202);
    const response = await start({ phoneNumber: sameBlockNumber(phoneNumber, 1), clientIp: CLIENT_IP });
    expect(response.statusCode).toBe(429);
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Too many requests. Try again later.',
      code: 'rate_limited',
    });
    expect(errorLines()).toEqual([refused(429, 'rate_limited', limit)]);
  });
});

test('the log has one line with the code for every refusal, and no data of the request', async () => {
  await withLog();
  const phoneNumber = uniquePhoneNumber();
  expect((await start({ phoneNumber })).statusCode).toBe(202);
  const unknown = `/verifications/${'A'.repeat(64)}`;
  const authorization = `Bearer ${KEY}`;

  const requests: [InjectOptions, number, code: string][] = [
    [{ method: 'POST', url: START, payload: { phoneNumber } }, 401, 'unauthorized'],
    [{ url: `/${phoneNumber}/${CODE}?code=${KEY}` }, 404, 'not_found'],
    [{ url: `/verifications/%zz${phoneNumber}` }, 400, 'invalid_request'],
    [{ method: 'POST', url: '/webhooks/twilio/status', payload: { To: phoneNumber } }, 403, 'forbidden'],
    [{ url: unknown, headers: { authorization } }, 404, 'not_found'],
    [{ method: 'HEAD', url: unknown }, 401, 'unauthorized'],
  ];
  const starts: [body: object | string, headers: Record<string, string>, status: number, code: string][] = [
    [{ phoneNumber }, {}, 409, 'verification_in_progress'],
    [{ phoneNumber: `${phoneNumber}00000000` }, {}, 400, 'invalid_phone_number'],
    [{ phoneNumber, [phoneNumber]: CODE }, {}, 400, 'invalid_request'],
    [`{"phoneNumber":"${phoneNumber}`, { 'content-type': 'application/json' }, 400, 'invalid_request'],
    [`To=${phoneNumber}`, { 'content-type': 'text/plain' }, 400, 'invalid_request'],
    [{ phoneNumber: phoneNumber.padEnd(5_000, '0') }, {}, 413, 'invalid_request'],
  ];
  const expected: Line[] = [];
  for (const [request, status, code] of requests) {
    expect((await service.app.inject(request)).statusCode).toBe(status);
    expected.push(refused(status, code));
  }
  for (const [body, headers, status, code] of starts) {
    expect((await start(body, headers)).statusCode).toBe(status);
    expected.push(refused(status, code));
  }

  expect(errorLines()).toEqual(expected);
  // The first start was not refused.
  expect(output).toHaveLength(expected.length + 1);
  for (const secret of [phoneNumber.slice(1), CODE, KEY, CLIENT_IP, unknown])
    expect(output.join('\n')).not.toContain(secret);
});

test('the log also has a line for data that is not an HTTP request', async () => {
  await withLog();
  const { port } = new URL(await service.app.listen({ host: '127.0.0.1', port: 0 }));
  for (const bytes of [
    `GET /${CODE} HTTP/9.9\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: localhost\r\nx-long: ${CODE.repeat(2_500)}\r\n\r\n`,
  ]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(bytes);
    await new Promise((resolve) =>
      socket
        .resume()
        .on('error', () => {})
        .on('close', resolve),
    );
  }
  expect(errorLines()).toEqual([refused(400, 'invalid_request'), refused(431, 'invalid_request')]);
  expect(output.join('\n')).not.toContain(CODE);
});

test('a 503 says what to repeat, and is logged as a warning', async () => {
  await withLog();
  const { id } = (await start({ phoneNumber: uniquePhoneNumber() })).json<{ id: string }>();
  const headers = { authorization: `Bearer ${KEY}` };
  const response = await service.app.inject({ url: `/verifications/${id}`, headers });
  expect(response.json()).toMatchObject({
    status: 503,
    detail: expect.stringContaining('repeat a check or a resend with the same Idempotency-Key') as string,
  });
  expect(errorLines()).toEqual([
    { level: WARN, status: 503, code: 'worker_unavailable', msg: 'request not served' },
  ]);
});

test('a namespace that does not exist makes the service unavailable, and only the log names it', async () => {
  const client = createTemporalClient({
    connection: { address: requiredEnv('TEST_TEMPORAL_ADDRESS') },
    namespace: 'not-created',
    dataConverter: testDataConverter,
  });
  await withLog({ client });
  const headers = { authorization: `Bearer ${KEY}` };
  const id = Buffer.alloc(48, 1).toString('base64url');

  for (const response of [
    await start({ phoneNumber: uniquePhoneNumber() }),
    await service.app.inject({ url: `/verifications/${id}`, headers }),
    await service.app.inject({
      method: 'POST',
      url: `/verifications/${id}/signal`,
      headers,
      payload: { code: CODE },
    }),
  ]) {
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ code: 'temporal_unavailable' });
    expect(response.body).not.toContain('not-created');
  }
  const line = {
    level: WARN,
    status: 503,
    code: 'temporal_unavailable',
    reason: 'NamespaceNotFoundError: not-created',
    msg: 'request not served',
  };
  expect(errorLines()).toEqual([line, line, line]);
  await client.connection.close();
});
