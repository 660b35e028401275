import { once } from 'node:events';
import { connect } from 'node:net';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { eventually } from '../support/eventually';
import { LogLines } from '../support/log-lines';
import { API_KEYS, startService, uniquePhoneNumber, untilPending, type Service } from '../support/service';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const authorization = `Bearer ${API_KEYS[0]}`;

let server: DevServer;
let service: Service;
let log: LogLines;

beforeAll(async () => {
  server = await connectDevServer();
  log = new LogLines();
  service = await startService({ ...server, log });
});

beforeEach(() => log.lines.splice(0));

afterAll(async () => {
  await service.stop();
  await server.close();
});

/** The lines about requests, without the fields that differ in each run. */
function lines(): object[] {
  return log.lines.flatMap((line) => {
    const { time: _time, pid: _pid, hostname: _hostname, reqId, durationMs, ...rest } = line;
    if (!('route' in rest)) return [];
    expect([typeof reqId, typeof durationMs]).toEqual(['string', 'number']);
    return [rest];
  });
}

test('each request is one line, with its trace and the run of its verification', async () => {
  const start = await service.app.inject({
    method: 'POST',
    url: '/verifications',
    headers: { authorization, traceparent },
    payload: { phoneNumber: uniquePhoneNumber() },
  });
  const { id } = start.json<{ id: string }>();
  await untilPending(service, id);
  await service.app.inject({
    method: 'POST',
    url: `/verifications/${id}/check`,
    headers: { authorization, traceparent: 'not-a-traceparent' },
    payload: { code: '12' },
  });
  await service.app.inject({ url: `/verifications/${id}` });

  const { runId } = await service.client.workflow
    .getHandle(`phone-verification:${Buffer.from(id, 'base64url').toString('hex', 0, 16)}`)
    .describe();
  expect(lines()).toEqual([
    {
      level: 30,
      method: 'POST',
      route: '/verifications',
      status: 202,
      trace_id: TRACE_ID,
      runId,
      msg: 'request completed',
    },
    {
      level: 30,
      method: 'POST',
      route: '/verifications/:id/check',
      status: 400,
      runId,
      code: 'invalid_code',
      msg: 'request refused',
    },
    // Without an API key, the verification is not looked for.
    {
      level: 30,
      method: 'GET',
      route: '/verifications/:id',
      status: 401,
      code: 'unauthorized',
      msg: 'request refused',
    },
  ]);
  expect(JSON.stringify(log.lines)).not.toContain(id.slice(-21));
});

test('a request whose client closes the connection is one line without a status', async () => {
  const { id } = await service.startAndReceive();
  const { port } = new URL(await service.app.listen({ host: '127.0.0.1', port: 0 }));
  const received = once(service.app.server, 'request');
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `GET /verifications/${id} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\nprefer: wait=20\r\n\r\n`,
  );
  await received;
  socket.destroy();

  await eventually(() => lines().length > 0);
  expect(lines()).toEqual([
    {
      level: 30,
      method: 'GET',
      route: '/verifications/:id',
      runId: expect.any(String) as unknown,
      msg: 'request aborted',
    },
  ]);
});
