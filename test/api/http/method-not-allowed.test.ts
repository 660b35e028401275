import { METHODS } from 'node:http';
import type { InjectOptions } from 'fastify';
import { createPayloadReader } from '../../../src/temporal/payload-reader';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { openApiDocument, type OpenApiDocument } from '../../support/openapi';
import { startService, testKeyRing, type Service } from '../../support/service';

const UI = 'https://temporal.example.com';

let server: DevServer;
let service: Service;
let document: OpenApiDocument;

beforeAll(async () => {
  server = await connectDevServer();
  const decode = createPayloadReader(testKeyRing);
  service = await startService({
    ...server,
    withWorker: false,
    codecServer: { token: 'operators-only-0123456789', origin: UI, decode },
  });
  document = await openApiDocument(service.app);
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

/** Like `inject`, but for any method. The types of `inject` allow only some methods. */
function call(method: string, url: string, options: InjectOptions = {}) {
  return service.app.inject({ ...options, method: method as 'GET', url });
}

function allowedMethods(path: string): string[] {
  const methods = Object.keys(document.paths[path] ?? {}).map((method) => method.toUpperCase());
  if (methods.includes('GET')) methods.push('HEAD');
  if (path === '/codec/decode') methods.push('OPTIONS');
  return methods.toSorted();
}

test('every path answers 405 to every method that it does not support, also without a key', async () => {
  const paths = Object.keys(document.paths);
  expect(paths.length).toBeGreaterThan(12);
  for (const path of paths) {
    const allowed = allowedMethods(path);
    const others = METHODS.filter((method) => method !== 'CONNECT' && !allowed.includes(method));
    expect(others).toEqual(expect.arrayContaining(['PUT', 'PATCH', 'TRACE', 'PROPFIND']));
    for (const method of others) {
      const response = await call(method, path.replaceAll(/\{\w+\}/g, 'x'));
      expect([method, path, response.statusCode]).toEqual([method, path, 405]);
      expect(response.headers).toMatchObject({
        allow: allowed.join(', '),
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
      });
    }
  }
});

test('the answer is a problem', async () => {
  const response = await call('GET', '/verifications');
  expect(response.json()).toEqual({
    type: 'about:blank',
    title: 'Method Not Allowed',
    status: 405,
    detail: 'This path does not support this method. The Allow header lists the methods that it supports.',
    code: 'method_not_allowed',
  });
});

test.each(['/Verifications/', '/API/Orchestrators/x', '/codec', '/codec/'])(
  'other spellings of a path get 405 as well: %s',
  async (path) => expect((await call('PUT', path)).statusCode).toBe(405),
);

test('the body is not read', async () => {
  const payload = 'x'.repeat(100_000);
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'none' }])
    expect((await call('PUT', '/verifications', { headers, payload })).statusCode).toBe(405);
});

test.each(['/', '/verification', '/verifications/x/y', '/orchestrators', '/codec/encode'])(
  'an unknown path gets 404 for every method: %s',
  async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'PROPFIND'])
      expect((await call(method, path, { headers: { authorization: 'Bearer x' } })).statusCode).toBe(404);
  },
);

test('the Durable Functions API refuses other sites before it checks the method', async () => {
  for (const path of [
    '/orchestrators/E4_SmsPhoneVerification',
    '/runtime/webhooks/durabletask/instances/x',
  ]) {
    for (const method of ['OPTIONS', 'PUT', 'DELETE']) {
      const response = await call(method, path, { headers: { origin: 'https://evil.example.com' } });
      expect(response.statusCode).toBe(403);
      expect(response.headers['allow']).toBeUndefined();
    }
  }
});

test('a preflight request of the Web UI is answered', async () => {
  const headers = { origin: UI, 'access-control-request-method': 'POST' };
  expect((await call('OPTIONS', '/codec/decode', { headers })).statusCode).toBe(204);
});
