import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { eventually } from '../../support/eventually';
import { startService, type Service } from '../../support/service';

const LIBRARY = '/try-it/assets/libphonenumber.js';

let server: DevServer;
let service: Service;
let url: URL;

beforeAll(async () => {
  server = await connectDevServer();
  const tryItPage = { cookieKeys: [Buffer.alloc(32, 7)], phonePageUrl: undefined };
  service = await startService({ ...server, withWorker: false, tryItPage });
  url = new URL(await service.app.listen({ host: '127.0.0.1', port: 0 }));
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

test.each([
  ['try-it.css', 'text/css; charset=utf-8'],
  ['try-it.js', 'text/javascript; charset=utf-8'],
  ['libphonenumber.js', 'text/javascript; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
])('%s is %s, and is not sent again to a browser that has it', async (name, type) => {
  const { app } = service;
  const first = await app.inject({ url: `/try-it/assets/${name}` });
  expect(first).toMatchObject({ statusCode: 200, headers: { 'content-type': type } });

  const etag = String(first.headers.etag);
  // The second is what a proxy that compresses answers makes of it.
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await app.inject({ url: `/try-it/assets/${name}`, headers: { 'if-none-match': known } });
    expect(again).toMatchObject({ statusCode: 304, body: '' });
  }
});

test.each([LIBRARY, '/docs/scalar.js', '/docs/start.js'])(
  'a client that requests %s many times and reads no answer opens no files',
  async (path) => {
    const get = async () => (await fetch(new URL(path, url))).arrayBuffer();
    await get();
    const openFiles = () => readdirSync('/dev/fd').length;
    const before = openFiles();
    const REQUESTS = 500;
    let arrived = 0;
    const count = () => void arrived++;
    service.app.server.on('request', count);
    const client = connect(Number(url.port), url.hostname).pause();
    try {
      client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(REQUESTS));
      await eventually(() => arrived >= 100);
      // Node opens files in the order of the requests.
      await get();
      expect(openFiles() - before).toBeLessThan(20);
    } finally {
      client.destroy();
      service.app.server.off('request', count);
    }
  },
);
