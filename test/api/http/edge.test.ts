import { connect } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, startService, type Service } from '../../support/service';

const KEY = `authorization: Bearer ${API_KEYS[0]}`;
const JSON_TYPE = 'content-type: application/json';
const SENTINEL = 'S3NT1NEL';

let server: DevServer;
let service: Service;
let port: number;

beforeAll(async () => {
  server = await connectDevServer();
  const tryItPage = { cookieKeys: [Buffer.alloc(32, 7)], phonePageUrl: undefined };
  service = await startService({ ...server, withWorker: false, tryItPage });
  const address = await service.app.listen({ host: '127.0.0.1', port: 0 });
  port = Number(new URL(address).port);
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly tookMs: number;
}

/** Sends lines over a socket and reads until the service closes the connection. */
async function sendLines(...lines: string[]): Promise<Answer> {
  const start = performance.now();
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.write(lines.join('\r\n'));
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    socket.on('close', () => resolve());
    // The service resets a connection with unread data, after it has answered.
    socket.on('error', (error) => (received === '' ? reject(error) : resolve()));
  });
  const [head = '', text = ''] = received.split('\r\n\r\n');
  const [statusLine = '', ...headers] = head.split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: new Map(
      headers.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    ),
    text,
    tookMs: performance.now() - start,
  };
}

const request = (line: string, ...headers: string[]) =>
  sendLines(`${line} HTTP/1.1`, 'host: localhost', 'connection: close', ...headers, '', '');

function expectProblem({ status, headers, text }: Answer, expected: number): void {
  expect(status).toBe(expected);
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(JSON.parse(text)).toMatchObject({ type: 'about:blank', status: expected, code: expect.any(String) });
  expect(text).not.toMatch(/\bat .*:\d+|node_modules|FST_|HPE_|ERR_/);
  expect(text).not.toContain(SENTINEL);
}

test('an error in place of a file is not cached', async () => {
  const answer = await sendLines('GET /docs/scalar.js HTTP/1.1', 'connection: close', '', '');
  expect(answer.status).toBe(400);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

describe('data that is not an HTTP request gets 400 as a problem:', () => {
  test.each([
    ['an invalid request line', [SENTINEL, '', '']],
    ['an unknown method', [`${SENTINEL} / HTTP/1.1`, 'host: localhost', '', '']],
    ['an unknown version', [`GET /${SENTINEL} HTTP/9.9`, 'host: localhost', '', '']],
    ['a header without a colon', ['GET / HTTP/1.1', 'host: localhost', SENTINEL, '', '']],
    [
      'a header with a control character',
      ['GET / HTTP/1.1', 'host: localhost', `x: ${SENTINEL}\x00`, '', ''],
    ],
    ['no Host header', [`GET /${SENTINEL} HTTP/1.1`, 'connection: close', '', '']],
    [
      'a length that is not a number',
      ['POST /verifications HTTP/1.1', 'host: localhost', `content-length: ${SENTINEL}`, '', ''],
    ],
    [
      'two different lengths, as in request smuggling',
      [
        'POST /verifications HTTP/1.1',
        'host: localhost',
        'content-length: 5',
        'transfer-encoding: chunked',
        '',
        SENTINEL,
      ],
    ],
    [
      'a URL that cannot be decoded',
      [`GET /verifications/%zz${SENTINEL} HTTP/1.1`, 'host: localhost', 'connection: close', '', ''],
    ],
  ])('%s', async (_case, lines) => {
    expectProblem(await sendLines(...lines), 400);
  });
});

test.each(['/', '/try-it/assets/try-it.js', '/docs', '/docs/scalar.js', '/docs/start.js'])(
  'without a Host header, the page or file %s gets 400, which no cache keeps',
  async (url) => {
    const { status, headers, text } = await sendLines(`GET ${url} HTTP/1.1`, 'connection: close', '', '');

    expect(status).toBe(400);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'invalid_request' });
  },
);

describe('a request target that is a whole URL', () => {
  test.each([
    ['http://localhost:3000/healthz', 200],
    ['HTTPS://other.example.com/healthz?from=proxy', 200],
    ['http://localhost', 200],
    ['http://localhost?from=proxy', 200],
    ['http://localhost/nowhere', 404],
  ])('is routed by its path: %s', async (target, status) => {
    expect((await request(`GET ${target}`)).status).toBe(status);
  });

  test.each(['http://localhost:99999/healthz', 'http:///healthz', 'http://localhost/healthz#x'])(
    'gets 400 if it is not valid: %s',
    async (target) => {
      expectProblem(await request(`GET ${target}`), 400);
    },
  );
});

test('an idle connection stays open for longer than most proxies keep it', () => {
  expect(service.app.server.keepAliveTimeout).toBe(72_000);
});

test('an Expect header that is not supported gets 417', async () => {
  expectProblem(await request('POST /verifications', 'expect: something', 'content-length: 0'), 417);
});

test('an Expect header that is not supported is answered after the requests before it', async () => {
  const { status, text } = await sendLines(
    'GET /healthz HTTP/1.1',
    'host: localhost',
    '',
    'POST /verifications HTTP/1.1',
    'host: localhost',
    'expect: something',
    'content-length: 0',
    '',
    '',
  );
  expect(status).toBe(200);
  expect(text).toContain('HTTP/1.1 417 Expectation Failed');
});

test.each(['host: other.example', 'authorization: Bearer other'])('a second %s gets 400', async (line) => {
  expectProblem(await request('GET /healthz', 'authorization: Bearer one', line), 400);
});

test('a CONNECT request gets 405', async () => {
  expectProblem(await request('CONNECT example.com:443'), 405);
});

test('headers larger than 16 KiB get 431', async () => {
  expectProblem(await request('GET /healthz', `x-long: ${SENTINEL.repeat(2_500)}`), 431);
});

test('a path longer than 16 KiB gets 431', async () => {
  expectProblem(await request(`GET /${SENTINEL.repeat(2_500)}`), 431);
});

describe('a body larger than 4 KiB gets 413', () => {
  const body = JSON.stringify({ phoneNumber: SENTINEL.repeat(600) });
  const json = [KEY, JSON_TYPE];

  test('before it is sent, by its Content-Length', async () => {
    expectProblem(await request('POST /verifications', ...json, 'content-length: 4097'), 413);
  });

  test('also if it is sent in chunks', async () => {
    const chunked = ['transfer-encoding: chunked', '', body.length.toString(16), body, '0', ''];
    expectProblem(await request('POST /verifications', ...json, ...chunked), 413);
  });
});

test('slow requests time out: headers after 5 s, the whole request after 10 s', async () => {
  const [nothing, halfTheHeaders, halfTheBody] = await Promise.all([
    sendLines(''),
    sendLines('GET /healthz HTTP/1.1', `x-slow: ${SENTINEL}`),
    sendLines(
      'POST /verifications HTTP/1.1',
      'host: localhost',
      KEY,
      JSON_TYPE,
      'content-length: 100',
      '',
      SENTINEL,
    ),
  ]);
  for (const { tookMs } of [nothing, halfTheHeaders]) {
    expect(tookMs).toBeGreaterThan(4_900);
    expect(tookMs).toBeLessThan(8_000);
  }
  expect(halfTheBody.tookMs).toBeGreaterThan(9_900);
  expect(halfTheBody.tookMs).toBeLessThan(13_000);
  for (const answer of [halfTheHeaders, halfTheBody]) expectProblem(answer, 408);
});

test('a slow request does not delay others', async () => {
  const slow = sendLines('GET /healthz HTTP/1.1', 'x-slow: yes');
  const first = await Promise.race([slow, after(0).then(() => request('GET /healthz'))]);
  expect(first.status).toBe(200);
  await slow;
});

describe('a method', () => {
  test('HEAD gets the answer of GET without its body', async () => {
    const [head, get] = [await request('HEAD /healthz'), await request('GET /healthz')];
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect(await request(`HEAD /verifications/${'A'.repeat(64)}`)).toMatchObject({ status: 401, text: '' });
  });

  test.each(['TRACE', 'PUT', 'PATCH', 'PROPFIND'])(
    '%s is not allowed, and the answer repeats nothing of the request',
    async (method) => {
      const answer = await request(`${method} /verifications`, KEY, `x-secret: ${SENTINEL}`);
      expectProblem(answer, 405);
      expect(answer.headers.get('allow')).toBe('POST');
    },
  );

  test('OPTIONS, as in a preflight, gets no CORS headers', async () => {
    const answer = await request(
      'OPTIONS /verifications',
      `origin: https://${SENTINEL}.example.com`,
      'access-control-request-method: POST',
      'access-control-request-headers: authorization',
    );
    expectProblem(answer, 405);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

test.each([
  ['a success', 'GET /healthz', 200],
  ['the OpenAPI document', 'GET /openapi.json', 200],
  ['a refusal', 'POST /verifications', 401],
  ['an unknown path', 'GET /nowhere', 404],
  ['a method that is not allowed', 'PUT /verifications', 405],
  ['a delivery report without a signature', 'POST /webhooks/twilio/status', 403],
  ['a start from another site', 'POST /orchestrators/E4_SmsPhoneVerification', 403],
])('%s has security headers, and none that name the server', async (_case, line, status) => {
  const { headers, ...answer } = await request(
    line,
    'origin: https://elsewhere.example.com',
    'content-length: 0',
  );
  expect(answer.status).toBe(status);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringContaining('max-age='),
    'cache-control': 'no-store',
  });
  const names = [...headers.keys()];
  expect(names).not.toContain('server');
  expect(names).not.toContain('x-powered-by');
  expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
});
