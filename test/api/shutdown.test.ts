import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { LOOPBACK } from '../../harness/ports';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { API_KEYS, eventually, startService, uniquePhoneNumber, type Service } from '../support/service';

let server: DevServer;
let service: Service;
let port: number;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  service = await startService({ ...server, withWorker: false });
  port = Number(new URL(await service.app.listen({ host: LOOPBACK, port: 0 })).port);
});

afterEach(() => service.stop());

/** A connection that the service has accepted. */
async function open(): Promise<Socket> {
  const accepted = once(service.app.server, 'connection');
  const socket = connect(port, LOOPBACK);
  await accepted;
  return socket;
}

/** Begins the shutdown, and waits until no new connections are accepted. */
async function shutDown(): Promise<{ ended: Promise<void> }> {
  const ended = service.app.close();
  await eventually(() => !service.app.server.listening);
  return { ended };
}

function startOver(socket: Socket): Promise<string> {
  const body = JSON.stringify({ phoneNumber: uniquePhoneNumber() });
  const lines = [
    'POST /verifications HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${API_KEYS[0]}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  return text(socket);
}

test('a request that arrives on an open connection after the shutdown has begun is served', async () => {
  const socket = await open();
  const { ended } = await shutDown();

  const answer = await startOver(socket);

  expect(answer).toMatch(/^HTTP\/1.1 202 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  await ended;
});

test('a connection without a request does not hold up the shutdown', async () => {
  const socket = await open();
  const closed = once(socket.resume(), 'close');
  const { ended } = await shutDown();

  await closed;
  await ended;
});
