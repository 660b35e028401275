import { createKeyRing } from '../../../src/crypto/key-ring';
import { createPayloadReader, type JsonPayload } from '../../../src/temporal/payload-reader';
import { ServicePayloadCodec } from '../../../src/temporal/payload-codec';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, startService, type Service } from '../../support/service';

const TOKEN = 'operators-only-0123456789';
const UI = 'https://temporal.example.com';
const CONTENT = '"+14255550123"';

const keyRing = createKeyRing([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
const foreignKeyRing = createKeyRing([{ id: 'gone', bytes: Buffer.alloc(32, 9) }]);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const plain = { metadata: { encoding: base64('json/plain') }, data: base64(CONTENT) };

let server: DevServer;
let service: Service;
let withoutOrigin: Service;
let withoutCodecServer: Service;

beforeAll(async () => {
  server = await connectDevServer();
  const codecServer = { token: TOKEN, decode: createPayloadReader(keyRing) };
  const parts = { ...server, withWorker: false };
  service = await startService({ ...parts, codecServer: { ...codecServer, origin: UI } });
  withoutOrigin = await startService({ ...parts, codecServer: { ...codecServer, origin: undefined } });
  withoutCodecServer = await startService(parts);
});

afterAll(async () => {
  for (const each of [service, withoutOrigin, withoutCodecServer]) await each.stop();
  await server.close();
});

/** An encrypted payload in the JSON format of Temporal's Web UI and CLI. */
async function encrypted(keys = keyRing): Promise<JsonPayload> {
  const [payload] = await new ServicePayloadCodec(keys, { encrypted: true }).encode([
    { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(CONTENT) },
  ]);
  const metadata = Object.entries(payload?.metadata ?? {});
  return {
    metadata: Object.fromEntries(
      metadata.map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
    ),
    data: Buffer.from(payload?.data ?? []).toString('base64'),
  };
}

function decode(payloads: unknown, headers: Record<string, string> = {}, to = service) {
  return to.app.inject({
    method: 'POST',
    url: '/codec/decode',
    headers: { authorization: `Bearer ${TOKEN}`, 'x-namespace': 'default', ...headers },
    payload: { payloads },
  });
}

describe('an operator', () => {
  test('reads encrypted payloads', async () => {
    const response = await decode([await encrypted(), await encrypted()]);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ payloads: [plain, plain] });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('gets payloads that this service did not encrypt unchanged', async () => {
    const others = [
      plain,
      { metadata: { encoding: base64('binary/encrypted') }, data: base64('another codec’s') },
      { metadata: { encoding: base64('binary/null') } },
      {
        metadata: { encoding: base64('json/plain') },
        data: base64('1'),
        externalPayloads: [{ sizeBytes: '1' }],
      },
      {},
    ];
    expect((await decode(others)).json()).toEqual({ payloads: others });
  });

  test('reads a history larger than the body limit of other routes', async () => {
    const data = Buffer.alloc(5_000_000).toString('base64');
    const response = await decode([{ ...plain, data }]);
    expect(response.json()).toEqual({ payloads: [{ ...plain, data }] });
  });

  test('sees which secret key is missing', async () => {
    const response = await decode([await encrypted(), await encrypted(foreignKeyRing)]);
    expect(response.statusCode).toBe(422);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({
      code: 'unreadable_payload',
      detail: 'No secret key has the id gone.',
    });
    expect(response.body).not.toContain(base64(CONTENT));
  });

  test.each([
    ['changed', (data: string) => `${data.slice(0, 30)}${data[30] === 'A' ? 'B' : 'A'}${data.slice(31)}`],
    ['cut', (data: string) => data.slice(0, 8)],
    ['emptied', () => ''],
  ])('sees an error for a payload that was %s', async (_how, change) => {
    const { metadata, data = '' } = await encrypted();
    const response = await decode([{ metadata, data: change(data) }]);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({
      code: 'unreadable_payload',
      detail:
        'A payload of the key k1 does not authenticate: it was changed, or another key has this id now.',
    });
  });

  test('gets 400 for an invalid body', async () => {
    for (const payloads of [undefined, 'all', [{ data: 1 }]]) {
      const response = await decode(payloads);
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'invalid_request' });
    }
  });

  test('reads at most 10,000 payloads in one request', async () => {
    const most = Array.from({ length: 10_000 }, () => ({}));
    expect((await decode(most)).json()).toEqual({ payloads: most });
    const response = await decode([...most, {}]);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'body/payloads must NOT have more than 10000 items.',
    });
  });

  test('can send at most 100 metadata entries in a payload', async () => {
    const entries = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_none, index) => [`key-${index}`, '']));
    expect((await decode([{ metadata: entries(100) }])).statusCode).toBe(200);
    expect((await decode([{ metadata: entries(101) }])).statusCode).toBe(400);
  });

  test.each([
    ['a number', 5],
    ['an array', [1]],
    ['an object that looks like an array', { length: 1e9 }],
  ])('cannot send %s as the value of a metadata entry', async (_case, value) => {
    for (const name of ['encoding', 'with a\nline break', '']) {
      const response = await decode([{ metadata: { [name]: value } }]);
      expect(response.statusCode).toBe(400);
      expect(response.json()).toMatchObject({ code: 'invalid_request' });
    }
  });

  test('cannot encrypt', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await service.app.inject({ method: 'POST', url: '/codec/encode', headers, payload: {} });
    expect(response.statusCode).toBe(404);
  });
});

describe('as a credential', () => {
  const basic = (user: string, password: string) => `Basic ${base64(`${user}:${password}`)}`;

  test.each([
    ['none', ''],
    ['an API key', `Bearer ${API_KEYS[0]}`],
    ['another token', `Bearer ${TOKEN}0`],
    ['the token under another scheme', `Token ${TOKEN}`],
    ['an API key as a password', basic('operator', API_KEYS[0])],
    ['the token as a user name', basic(TOKEN, '')],
    ['no password at all', `Basic ${base64(TOKEN)}`],
  ])('%s is refused, and the browser asks for a password', async (_case, authorization) => {
    for (const request of [{ url: '/codec' }, { method: 'POST', url: '/codec/decode' }] as const) {
      const response = await service.app.inject({ ...request, headers: { authorization } });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toMatch(/^Basic realm=/);
      expect(response.json()).toMatchObject({ code: 'unauthorized' });
    }
  });

  test.each(['', 'operator', 'someone@example.com'])(
    'as a password it works for the user "%s"',
    async (user) => {
      const headers = { authorization: basic(user, TOKEN) };
      const page = await service.app.inject({ url: '/codec', headers });
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect((await decode([await encrypted()], headers)).json()).toEqual({ payloads: [plain] });
    },
  );

  test('it starts no verification', async () => {
    for (const authorization of [`Bearer ${TOKEN}`, basic('operator', TOKEN)]) {
      const response = await service.app.inject({
        method: 'POST',
        url: '/verifications',
        headers: { authorization },
        payload: { phoneNumber: '+14255550123' },
      });
      expect(response.statusCode).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
  });
});

describe('a browser that sends a preflight request', () => {
  const preflight = (origin: string, to: Service, url = '/codec/decode') =>
    to.app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-namespace',
      },
    });

  test('may send the requests of the Web UI for its pages', async () => {
    const response = await preflight(UI, service);
    expect(response.statusCode).toBe(204);
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, x-namespace',
    });
  });

  test('may show the answers to the Web UI, also errors', async () => {
    const responses = [
      await decode([], { origin: UI }),
      await decode([], { origin: UI, authorization: '' }),
      await decode([await encrypted(foreignKeyRing)], { origin: UI }),
    ];
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 401, 422]);
    for (const { headers } of responses) expect(headers['access-control-allow-origin']).toBe(UI);
  });

  const corsHeaders = ({ headers }: { headers: object }) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control'));

  test.each([
    ['from another origin', UI.replace('https', 'http'), () => service],
    ['when no origin is configured', UI, () => withoutOrigin],
  ])('may send nothing %s', async (_case, origin, to) => {
    expect((await preflight(origin, to())).statusCode).toBeGreaterThanOrEqual(400);
    expect(corsHeaders(await preflight(origin, to()))).toEqual([]);
    expect(corsHeaders(await decode([], { origin }, to()))).toEqual([]);
  });

  test('gets a problem for an incomplete preflight request', async () => {
    for (const headers of [{}, { origin: 'https://elsewhere.example.com' }]) {
      const response = await service.app.inject({ method: 'OPTIONS', url: '/codec/decode', headers });
      expect(response.statusCode).toBe(401);
      expect(response.json()).toMatchObject({ code: 'unauthorized' });
    }
    const headers = { origin: UI };
    const response = await service.app.inject({ method: 'OPTIONS', url: '/codec/decode', headers });
    expect([response.statusCode, response.body]).toEqual([204, '']);
  });

  test('may send nothing to other paths', async () => {
    expect(corsHeaders(await preflight(UI, service, '/verifications'))).toEqual([]);
  });
});

test('there is no codec server without CODEC_SERVER_TOKEN', async () => {
  const page = await withoutCodecServer.app.inject({ url: '/codec' });
  const answer = await decode([], {}, withoutCodecServer);
  expect([page.statusCode, answer.statusCode]).toEqual([404, 404]);
});
