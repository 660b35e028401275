import { connectDevServer, type DevServer } from '../../support/dev-server';
import { startService, type Service } from '../../support/service';

const TOKEN = 'operators-only-0123456789';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  const codecServer = { token: TOKEN, origin: 'https://temporal.example.com', decode: async () => [] };
  service = await startService({ ...server, withWorker: false, codecServer });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

const request = (method: 'GET' | 'HEAD' | 'POST', url: string) =>
  service.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(method === 'POST' && { payload: { payloads: [] } }),
  });

test.each([
  ['GET', '/codec'],
  ['GET', '/codec/'],
  ['POST', '/codec/decode'],
  ['GET', '/docs'],
  ['GET', '/docs/?from=readme'],
  ['HEAD', '/docs/start.js'],
  ['GET', '/docs/scalar.js?1'],
  ['GET', '/openapi.json'],
] as const)('%s %s is answered', async (method, url) => {
  expect((await request(method, url)).statusCode).toBe(200);
});

// A proxy that does not let `/codec` through may let these through.
test.each([
  ['GET', '/CODEC'],
  ['GET', '/%63odec'],
  ['POST', '/Codec/decode'],
  ['POST', '/%63odec/decode'],
  ['POST', '/codec/decode/'],
  ['POST', 'http://localhost/codec/Decode'],
  ['GET', '/DOCS'],
  ['GET', '/docs/%73tart.js'],
  ['HEAD', '/Docs/start.js'],
  ['GET', '/docs/scalar.js/'],
  ['GET', '/openapi.json/'],
  ['GET', '/openapi%2Ejson'],
  ['GET', '/OpenAPI.json'],
] as const)('another spelling is unknown: %s %s', async (method, url) => {
  expect((await request(method, url)).statusCode).toBe(404);
});
