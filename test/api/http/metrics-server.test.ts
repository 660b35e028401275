import { connect, type AddressInfo, type Socket } from 'node:net';
import { LOOPBACK } from '../../../harness/ports';
import type { Api } from '../../../src/api/http/http-server';
import { buildMetricsServer } from '../../../src/api/http/metrics-server';
import { eventually } from '../../support/eventually';

const REQUESTS = 300;

let app: Api;
let client: Socket | undefined;
let textsMade: number;

beforeEach(async () => {
  textsMade = 0;
  app = buildMetricsServer({
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async text() {
      textsMade++;
      return `metric ${textsMade}\n`;
    },
  });
  await app.listen({ host: LOOPBACK, port: 0 });
});

afterEach(async () => {
  client?.destroy();
  await app.close();
});

test('many requests that one client sends at once share one text', async () => {
  const answers: string[] = [];
  client = connect((app.server.address() as AddressInfo).port, LOOPBACK).setEncoding('utf8');
  client.on('data', (data: string) => void answers.push(data));
  client.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(REQUESTS));

  await eventually(() => answers.join('').split('metric 1\n').length === REQUESTS + 1);
  expect(textsMade).toBe(1);
});

test('a later request gets a new text, and the content type is that of the metrics', async () => {
  const first = await app.inject('/metrics');
  expect(first.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(first.payload).toBe('metric 1\n');

  expect((await app.inject('/metrics')).payload).toBe('metric 2\n');
});
