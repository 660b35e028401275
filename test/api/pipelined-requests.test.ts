import { connect, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LOOPBACK } from '../../harness/ports';
import { createHttpServer, type Api } from '../../src/api/http-server';
import { eventually } from '../support/eventually';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const REQUESTS = 10;

let app: Api;
let client: Socket | undefined;

beforeEach(async () => {
  app = createHttpServer({ logger: false, trustProxy: false });
  // Never answered.
  app.get('/endless', () => new Promise(() => {}));
  app.get('/quick', async () => 'done');
  await app.listen({ host: LOOPBACK, port: 0 });
});

afterEach(async () => {
  client?.destroy();
  await app.close();
});

test('nothing is kept of requests that wait behind another one when their connection is closed', async () => {
  const responses: WeakRef<object>[] = [];
  app.server.on('request', (_request, response) => void responses.push(new WeakRef(response)));

  client = connect((app.server.address() as AddressInfo).port, LOOPBACK);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  client.write(get('/endless') + get('/quick').repeat(REQUESTS - 1));
  await eventually(() => responses.length === REQUESTS);
  client.destroy();
  // No variable for the server's socket: it would keep the responses.
  await eventually(async () => (await promisify(app.server.getConnections.bind(app.server))()) === 0);

  await eventually(() => {
    collectGarbage();
    return responses.every((response) => response.deref() === undefined);
  });
});
