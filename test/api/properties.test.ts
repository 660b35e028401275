import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { createPayloadReader } from '../../src/temporal/payload-reader';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { Conformance, openApiDocument } from '../support/openapi';
import { API_KEYS, PUBLIC_URL, startService, testKeyRing, type Service } from '../support/service';

const CODEC_TOKEN = 'operators-only-0123456789';
const SENTINEL = 'S3NT1NEL';
/** Part of every request. It is not an identifier, because errors may repeat the name of a property if it is one. */
const SENT = `+${SENTINEL}`;
const RUNS = 1_000;

let server: DevServer;
let service: Service;
let conformance: Conformance;
let open: string;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({
    ...server,
    policy: { windowMs: 600_000, maxAttempts: 10 },
    codecServer: { token: CODEC_TOKEN, origin: undefined, decode: createPayloadReader(testKeyRing) },
  });
  conformance = new Conformance(await openApiDocument(service.app));
  open = (await service.startAndReceive()).id;
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

interface ArbitraryRequest {
  readonly method: string;
  /** The path in the OpenAPI document. */
  readonly path: string;
  readonly parameters: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Adds the sentinel to an arbitrary text. */
const marked = (arbitrary: fc.Arbitrary<string>) =>
  fc.tuple(arbitrary, fc.boolean()).map(([text, first]) => (first ? SENT + text : text + SENT));
const anyText = marked(fc.string({ unit: 'binary', maxLength: 40 }));
const headerText = marked(fc.string({ unit: 'grapheme-ascii', maxLength: 40 }));
const sentinels = fc.constant(SENT);

const id = fc.oneof(fc.constant('open'), anyText, fc.base64String({ minLength: 64, maxLength: 64 }));
const code = fc.oneof(anyText, fc.stringMatching(/^[0-9]{1,9}$/), sentinels);
const contentType = fc.oneof(
  { weight: 4, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    'text/plain',
    'application/x-www-form-urlencoded',
    'json',
    'multipart/form-data; boundary=x',
  ),
  headerText,
);
const headers = fc.record(
  {
    'content-type': contentType,
    'idempotency-key': headerText,
    prefer: fc.oneof(headerText, fc.constantFrom('wait=0', 'wait=', 'wait=99999999999')),
    'x-functions-key': fc.oneof(fc.constant(API_KEYS[0]), headerText),
    'x-twilio-signature': headerText,
    // Mostly the own origin: the Durable Functions API refuses all others.
    origin: fc.oneof({ weight: 3, arbitrary: fc.constant(PUBLIC_URL) }, headerText),
    'x-forwarded-for': headerText,
  },
  { requiredKeys: ['content-type'] },
);
const field = fc.oneof(code, fc.integer(), fc.constantFrom(null, true), fc.array(anyText, { maxLength: 2 }));
const asJson = (arbitrary: fc.Arbitrary<unknown>) => arbitrary.map((value) => JSON.stringify(value));
const payload = fc.record({ metadata: fc.dictionary(anyText, field, { maxKeys: 2 }), data: field });
/** Bodies that are almost valid for their route. */
const fitting: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '/verifications': asJson(fc.record({ phoneNumber: field, clientIp: field }, { requiredKeys: [] })),
  '/verifications/{id}/check': asJson(fc.record({ code: field })),
  '/verifications/{id}/signal': asJson(fc.record({ code: field })),
  '/codec/decode': asJson(fc.record({ payloads: fc.array(payload, { maxLength: 2 }) })),
};
const anyBody = fc.oneof(
  asJson(fc.dictionary(anyText, field, { maxKeys: 3 })),
  fc.json(),
  asJson(field),
  anyText,
  fc.constant(`{"__proto__":{"${SENT}":1}}`),
  asJson(fc.constant(SENT.repeat(1_000))),
);
const query = fc.dictionary(
  fc.oneof(fc.constantFrom('code', 'reason', 'showInput', 'verification'), anyText),
  anyText,
  {
    maxKeys: 2,
  },
);

function anyRequest(): fc.Arbitrary<ArbitraryRequest> {
  const operations = Object.entries(conformance.document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  );
  return fc.constantFrom(...operations).chain(({ path, method }) => {
    const key = `Bearer ${path.startsWith('/codec') ? CODEC_TOKEN : API_KEYS[0]}`;
    const authorization = fc.oneof({ weight: 4, arbitrary: fc.constant(key) }, headerText);
    return fc.record({
      path: fc.constant(path),
      method: fc.constant(method),
      parameters: fc.array(id, { minLength: 2, maxLength: 2 }),
      query,
      headers: fc.tuple(authorization, headers).map(([value, rest]) => ({ ...rest, authorization: value })),
      body: fc.oneof({ weight: 2, arbitrary: fitting[path] ?? anyBody }, anyBody),
    });
  });
}

function request({
  method,
  path,
  parameters,
  query: pairs,
  headers: sent,
  body,
}: ArbitraryRequest): InjectOptions {
  const values = [...parameters];
  const url = path.replaceAll(/\{\w+\}/g, () => {
    const value = values.shift() ?? '';
    return value === 'open' ? open : encodeURIComponent(value);
  });
  const search = Object.entries(pairs)
    .map((pair) => pair.map((text) => encodeURIComponent(text)).join('='))
    .join('&');
  const options = { url: search === '' ? url : `${url}?${search}`, headers: { ...sent } };
  if (method === 'get') return { ...options, method: 'GET' };
  return { ...options, method: method === 'post' ? 'POST' : 'DELETE', payload: body };
}

test('no request causes a 5xx, all answers match the document, and errors repeat nothing of the request', async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest(), async (sentRequest) => {
      const response = await service.app.inject(request(sentRequest));
      expect(response.statusCode).toBeLessThan(500);
      expect(conformance.violation(sentRequest.method, sentRequest.path, response)).toBeUndefined();
      const error = response.statusCode < 400 ? '' : JSON.stringify([response.headers, response.body]);
      expect(error).not.toContain(SENTINEL);
    }),
    { numRuns: RUNS },
  );
});

test('an unknown path gets 404, and the answer repeats nothing of the request', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 1, maxLength: 4 }), headers, async (steps, sent) => {
      const url = `/${steps.map((step) => encodeURIComponent(step)).join('/')}`;
      const response = await service.app.inject({ method: 'GET', url, headers: sent });
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({ code: 'not_found' });
      expect(JSON.stringify([response.headers, response.body])).not.toContain(SENTINEL);
    }),
    { numRuns: RUNS / 4 },
  );
});

test('a path that cannot be decoded gets 400 and is not repeated', async () => {
  const broken = fc.tuple(anyText, fc.constantFrom('%', '%f', '%zz', '%ff%fe'));
  await fc.assert(
    fc.asyncProperty(broken, async ([text, rest]) => {
      const url = `/verifications/${encodeURIComponent(text)}${rest}`;
      const response = await service.app.inject({ method: 'GET', url });
      expect(response.statusCode).toBe(400);
      expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(JSON.stringify([response.headers, response.body])).not.toContain(SENTINEL);
    }),
    { numRuns: RUNS / 4 },
  );
});
