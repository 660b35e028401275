import { connect, type AddressInfo, type Socket } from 'node:net';
import { LOOPBACK } from '../../../harness/ports';
import { registerHealth } from '../../../src/api/health/routes';
import { createHttpServer, type Api } from '../../../src/api/http/http-server';
import { eventually } from '../../support/eventually';

const REQUESTS = 300;

let app: Api;
let client: Socket | undefined;
let questions: (() => void)[];

beforeEach(async () => {
  questions = [];
  app = createHttpServer({ logger: false, trustProxy: false });
  registerHealth(app, {
    temporalFault: () => new Promise((resolve) => questions.push(() => resolve(undefined))),
  });
  await app.listen({ host: LOOPBACK, port: 0 });
});

afterEach(async () => {
  client?.destroy();
  await app.close();
});

test('of requests at the same time, one asks Temporal', async () => {
  let requests = 0;
  let received = '';
  app.server.on('request', () => requests++);
  client = connect((app.server.address() as AddressInfo).port, LOOPBACK).setEncoding('utf8');
  client.on('data', (data: string) => void (received += data));
  client.write('GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(REQUESTS));
  await eventually(() => requests === REQUESTS && questions.length > 0);

  expect(questions).toHaveLength(1);
  questions[0]?.();
  await eventually(() => received.split('HTTP/1.1 200 OK').length === REQUESTS + 1);
});

test('a later request asks again', async () => {
  for (const asked of [1, 2]) {
    const answer = app.inject('/readyz').then(({ statusCode }) => statusCode);
    await eventually(() => questions.length === asked);
    questions[asked - 1]?.();
    expect(await answer).toBe(200);
  }
});
