import { randomBytes } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { getExpectedTwilioSignature } from 'twilio';
import { SANDBOX_AUTH_TOKEN } from '../../sandbox/account';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { LogLines } from '../support/log-lines';
import { API_KEYS, eventually, uniquePhoneNumber, type Service } from '../support/service';
import { partsOf } from '../support/verification-id';
import { ACCOUNT_SID, AUTH_TOKEN, basic, SERVICE_SID, startVerifyService } from '../support/verify-service';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let server: DevServer;
let service: Service;
let log: LogLines;

beforeAll(async () => {
  server = await connectDevServer();
  log = new LogLines();
  const tryItPage = { cookieKeys: [Buffer.alloc(32, 7)], phonePageUrl: undefined };
  ({ service } = await startVerifyService(server, { tryItPage, log }));
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

/** The answer to a request, and the run in its line of the log. */
async function send(options: InjectOptions) {
  // The sandbox sends requests, too: its delivery reports.
  const traceId = randomBytes(16).toString('hex');
  const headers = { ...options.headers, traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const response = await service.app.inject({ ...options, headers });
  // The line is written when the response is closed.
  const line = await eventually(() => log.lines.find((each) => each['trace_id'] === traceId));
  return { response, runId: line['runId'] };
}

const sendForm = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    url,
    headers: { ...FORM, ...headers },
    payload: new URLSearchParams(fields).toString(),
  });

describe('the log line of a request names the run of its verification', () => {
  test('on the Durable Functions API and for a delivery report', async () => {
    const start = await send({
      method: 'POST',
      url: '/orchestrators/E4_SmsPhoneVerification',
      headers: { 'x-functions-key': API_KEYS[0] },
      payload: JSON.stringify(uniquePhoneNumber()),
    });
    const { id } = start.response.json<{ id: string }>();
    const status = await send({ url: `/runtime/webhooks/durabletask/instances/${id}?code=${API_KEYS[0]}` });
    const path = `/webhooks/twilio/status?verification=${id}`;
    const fields = { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'queued' };
    const signature = getExpectedTwilioSignature(
      SANDBOX_AUTH_TOKEN,
      `${service.app.listeningOrigin}${path}`,
      fields,
    );
    const report = await sendForm(path, fields, { 'x-twilio-signature': signature });

    expect(report.response.statusCode).toBe(204);
    const { runId } = partsOf(id);
    expect([start.runId, status.runId, report.runId]).toEqual([runId, runId, runId]);
  });

  test('on the API of Twilio Verify', async () => {
    const authorization = basic(ACCOUNT_SID, AUTH_TOKEN);
    const url = `/v2/Services/${SERVICE_SID}`;
    const To = uniquePhoneNumber();
    const create = await sendForm(`${url}/Verifications`, { To, Channel: 'sms' }, { authorization });
    const { sid } = create.response.json<{ sid: string }>();
    const fetched = await send({ url: `${url}/Verifications/${sid}`, headers: { authorization } });
    const check = await sendForm(`${url}/VerificationCheck`, { To, Code: '00000000' }, { authorization });

    expect(create.runId).toMatch(RUN_ID);
    expect([fetched.runId, check.runId]).toEqual([create.runId, create.runId]);
  });

  test('on the try-it page', async () => {
    const { response } = await send({ url: '/' });
    const hidden = [...response.body.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)];
    const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
    const cookiesOf = (answer: typeof response) =>
      answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const cookie = cookiesOf(response);
    const start = await sendForm(
      '/try-it/start',
      { ...fields, phoneNumber: uniquePhoneNumber() },
      { cookie },
    );
    const page = await send({ url: '/', headers: { cookie: `${cookie}; ${cookiesOf(start.response)}` } });

    expect(start.runId).toMatch(RUN_ID);
    expect(page.runId).toBe(start.runId);
  });
});
