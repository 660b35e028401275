import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '../../../harness/ports';
import { LAST_REQUEST_TIMEOUT_MS } from '../../../src/api/http/shutdown-connections';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { API_KEYS, eventually, startService, uniquePhoneNumber, type Service } from '../../support/service';

let server: DevServer;
let service: Service;
let port: number;

beforeAll(async () => {
  server = await connectDevServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  service = await startService({ ...server, withWorker: false });
  service.app.get('/slow', async () => {
    await sleep(LAST_REQUEST_TIMEOUT_MS + 500);
    return 'done';
  });
  port = Number(new URL(await service.app.listen({ host: LOOPBACK, port: 0 })).port);
});

afterEach(() => service.stop());

interface Connection {
  /** The caller's end. */
  readonly socket: Socket;
  /** Sends data and waits until the service has received it. */
  readonly send: (data: string) => Promise<void>;
}

/** A connection that the service has accepted. */
async function open(): Promise<Connection> {
  const accepted = once(service.app.server, 'connection');
  const socket = connect(port, LOOPBACK);
  const [peer] = (await accepted) as [Socket];
  return {
    socket,
    async send(data) {
      socket.write(data);
      await eventually(() => peer.bytesRead === socket.bytesWritten);
    },
  };
}

/** A connection on which a request was answered. The client keeps it for the next one. */
async function openUsed(): Promise<Connection> {
  const connection = await open();
  await connection.send(lines('GET /healthz HTTP/1.1', 'host: localhost', ''));
  await once(connection.socket, 'data');
  return connection;
}

/** Begins the shutdown, and waits until no new connections are accepted. */
async function shutDown(): Promise<{ ended: Promise<void> }> {
  const ended = service.app.close();
  await eventually(() => !service.app.server.listening);
  return { ended };
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\r\n`).join('');
}

function postHead(contentLength: number): string {
  return lines(
    'POST /verifications HTTP/1.1',
    'host: localhost',
    `authorization: Bearer ${API_KEYS[0]}`,
    'content-type: application/json',
    `content-length: ${contentLength}`,
    '',
  );
}

test('a request that arrives on an open connection after the shutdown has begun is served', async () => {
  const { socket } = await open();
  const { ended } = await shutDown();

  const body = JSON.stringify({ phoneNumber: uniquePhoneNumber() });
  socket.write(postHead(body.length) + body);
  const answer = await text(socket);

  expect(answer).toMatch(/^HTTP\/1.1 202 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  await ended;
});

test('a request that arrives on a kept connection after the shutdown has begun is served', async () => {
  const { socket } = await openUsed();
  const { ended } = await shutDown();

  socket.write(lines('GET /healthz HTTP/1.1', 'host: localhost', ''));
  const answer = await text(socket);

  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  await ended;
});

test('a complete request is answered, and its connection is then closed', async () => {
  const { socket, send } = await open();
  await send(lines('GET /slow HTTP/1.1', 'host: localhost', ''));
  const { ended } = await shutDown();

  const answer = await text(socket);

  expect(answer).toMatch(/^HTTP\/1.1 200 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  expect(answer).toMatch(/done$/);
  await ended;
});

describe('does not hold up the shutdown:', () => {
  /** The service closes the connection, and the shutdown ends. */
  async function expectClosed({ socket }: Connection): Promise<void> {
    const closed = once(socket.resume(), 'close');
    const { ended } = await shutDown();
    await closed;
    await ended;
  }

  test('a connection without a request', async () => {
    await expectClosed(await open());
  });

  test('a kept connection without a further request', async () => {
    await expectClosed(await openUsed());
  });

  test('a request whose body is incomplete', async () => {
    const connection = await open();
    await connection.send(`${postHead(100)}{`);

    await expectClosed(connection);
  });

  test('a second request whose headers are incomplete', async () => {
    const connection = await openUsed();
    await connection.send(lines('GET /healthz HTTP/1.1', 'host: localhost'));

    await expectClosed(connection);
  });
});
