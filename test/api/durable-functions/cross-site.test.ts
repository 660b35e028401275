import type { InjectOptions } from 'fastify';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, PUBLIC_URL, startService, uniquePhoneNumber, type Service } from '../../support/service';

const START = '/orchestrators/E4_SmsPhoneVerification';
const FOREIGN = 'https://evil.example.com';

let server: DevServer;
/** A service whose starts need no API key. */
let anonymous: Service;
/** The same service with a PUBLIC_URL on 127.0.0.1. */
let onLoopback: Service;
let port: string;

beforeAll(async () => {
  server = await connectDevServer();
  const parts = { ...server, durableFunctionsAuth: 'anonymous', withWorker: false } as const;
  anonymous = await startService(parts);
  onLoopback = await startService({ ...parts, withStatusCallback: true });
  ({ port } = new URL(onLoopback.app.listeningOrigin));
});

afterAll(async () => {
  await anonymous.stop();
  await onLoopback.stop();
  await server.close();
});

function start(headers: Record<string, string>, { app } = anonymous) {
  return app.inject({
    method: 'POST',
    url: START,
    headers: { 'content-type': 'text/plain', ...headers },
    payload: JSON.stringify(uniquePhoneNumber()),
  });
}

const problem = {
  type: 'about:blank',
  title: 'Forbidden',
  status: 403,
  detail: 'A browser sent this request for a page of another site. Such requests are not allowed.',
  code: 'forbidden',
};

describe('a start is refused when a browser sends it', () => {
  test.each([
    ['for a page of another site', { origin: FOREIGN, 'sec-fetch-site': 'cross-site' }],
    ['for such a page, without Fetch Metadata', { origin: FOREIGN }],
    ['for a sandboxed or local page', { origin: 'null' }],
    ['for a page under the same domain', { 'sec-fetch-site': 'same-site' }],
    ['without an origin, from another site', { 'sec-fetch-site': 'cross-site' }],
    ['with our own and another origin', { origin: `${PUBLIC_URL}, ${FOREIGN}` }],
    ['with an empty origin', { origin: '' }],
    ['for our host under http', { origin: PUBLIC_URL.replace('https', 'http') }],
    ['for our host at another port', { origin: `${PUBLIC_URL}:8443` }],
    ['for a host that begins like ours', { origin: `${PUBLIC_URL}.evil.example` }],
    [
      'for another origin that claims to be the same site',
      { origin: FOREIGN, 'sec-fetch-site': 'same-origin' },
    ],
    ['after DNS rebinding', { origin: FOREIGN, host: 'evil.example.com', 'sec-fetch-site': 'same-origin' }],
    ['for localhost, while PUBLIC_URL is elsewhere', { origin: 'http://localhost:3000' }],
  ])('%s', async (_case, headers) => {
    const response = await start(headers);
    expect(response.statusCode).toBe(403);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.json()).toEqual(problem);
  });
});

describe('a start is accepted', () => {
  test.each([
    ['from a client that is not a browser', {}],
    ['from our own pages', { origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }],
    ['from our own pages, without Fetch Metadata', { origin: PUBLIC_URL }],
    ['that a person and not a page caused', { 'sec-fetch-site': 'none' }],
    ['from a client that sends other metadata', { 'sec-fetch-mode': 'cors' }],
  ])('%s', async (_case, headers) => {
    expect((await start(headers)).statusCode).toBe(202);
  });

  test.each(['localhost', '127.0.0.1', '[::1]'])(
    'from our own pages under the name %s, if PUBLIC_URL is on a loopback host',
    async (host) => {
      expect((await start({ origin: `http://${host}:${port}` }, onLoopback)).statusCode).toBe(202);
    },
  );
});

test.each([
  ['another port', (own: string) => `http://localhost:${Number(own) + 1}`],
  ['no port', () => 'http://localhost'],
  ['https', (own: string) => `https://localhost:${own}`],
  ['another host', (own: string) => `http://evil.example.com:${own}`],
])('with PUBLIC_URL on a loopback host, a page at %s is still another site', async (_case, origin) => {
  expect((await start({ origin: origin(port) }, onLoopback)).statusCode).toBe(403);
});

describe('every route refuses other sites before it reads a body, also with an API key:', () => {
  const instance = (prefix: string) => `${prefix}/instances/${'A'.repeat(64)}`;
  const [admin, runtime] = [
    instance('/admin/extensions/DurableTaskExtension'),
    instance('/runtime/webhooks/durabletask'),
  ];

  test.each<InjectOptions & { url: string }>([
    { method: 'POST', url: START },
    { method: 'POST', url: `/api${START}` },
    { method: 'POST', url: `/API${START.toUpperCase()}/` },
    ...[admin, runtime].flatMap((url) => [
      { method: 'GET' as const, url },
      { method: 'HEAD' as const, url },
      { method: 'POST' as const, url: `${url}/raiseEvent/SmsChallengeResponse` },
      { method: 'POST' as const, url: `${url}/terminate` },
    ]),
  ])('$method $url', async ({ method, url }) => {
    const tooLarge = method === 'POST' ? { payload: 'x'.repeat(100_000) } : {};
    const response = await anonymous.app.inject({
      ...(method === undefined ? {} : { method }),
      url: `${url}?code=${API_KEYS[0]}`,
      headers: { origin: FOREIGN },
      ...tooLarge,
    });
    expect(response.statusCode).toBe(403);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });
});
