import { connect, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LOOPBACK } from '../../../harness/ports';
import { clientGoneSignal } from '../../../src/api/http/client-gone';
import { createHttpServer, type Api } from '../../../src/api/http/http-server';
import { requestLogging } from '../../../src/telemetry/request-log';
import { eventually } from '../../support/eventually';
import { LogLines } from '../../support/log-lines';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** More than Node's limit of 10 listeners, above which it warns. */
const REQUESTS = 15;

let app: Api;
let client: Socket | undefined;
let log: LogLines;
let waiting: number;
let ended: number;

beforeEach(async () => {
  log = new LogLines();
  waiting = 0;
  ended = 0;
  app = createHttpServer({ logger: { ...requestLogging, stream: log }, trustProxy: false });
  // Never answered.
  app.get('/endless', (_request, reply) => {
    waiting++;
    clientGoneSignal(reply, new AbortController().signal).addEventListener('abort', () => ended++);
    return new Promise(() => {});
  });
  app.get('/quick', async () => 'done');
  await app.listen({ host: LOOPBACK, port: 0 });
});

afterEach(async () => {
  client?.destroy();
  await app.close();
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

function send(requests: string): Socket {
  const socket = connect((app.server.address() as AddressInfo).port, LOOPBACK);
  socket.write(requests);
  return socket;
}

test('nothing is kept of requests that wait behind another one when their connection is closed', async () => {
  const responses: WeakRef<object>[] = [];
  app.server.on('request', (_request, response) => void responses.push(new WeakRef(response)));

  client = send(get('/endless') + get('/quick').repeat(REQUESTS - 1));
  await eventually(() => responses.length === REQUESTS);
  client.destroy();
  // No variable for the server's socket: it would keep the responses.
  await eventually(async () => (await promisify(app.server.getConnections.bind(app.server))()) === 0);

  await eventually(() => {
    collectGarbage();
    return responses.every((response) => response.deref() === undefined);
  });
});

test('when their connection is closed, each of several requests is one log line', async () => {
  client = send(get('/endless') + get('/quick'));
  await eventually(() => waiting === 1);
  client.destroy();

  const lines = () => log.lines.filter(({ msg }) => msg === 'request aborted');
  await eventually(() => lines().length === 2);
  expect(lines().map(({ route }) => route)).toEqual(expect.arrayContaining(['/endless', '/quick']));
});

test('when their connection is closed, all requests that wait on it end, and it gets no listener for each', async () => {
  let socket: Socket | undefined;
  app.server.on('connection', (accepted: Socket) => (socket = accepted));

  client = send(get('/endless').repeat(REQUESTS));
  await eventually(() => waiting === REQUESTS);
  expect(socket?.listenerCount('close')).toBeLessThan(REQUESTS);
  client.destroy();

  await eventually(() => ended === REQUESTS);
});
