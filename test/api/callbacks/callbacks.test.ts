import { getExpectedTwilioSignature } from 'twilio';
import { SANDBOX_AUTH_TOKEN } from '../../../sandbox/account';
import { registerCallbacks } from '../../../src/api/callbacks/routes';
import { createHttpServer } from '../../../src/api/http/http-server';
import type { Verifications } from '../../../src/gateway/verifications';
import { createTwilioReports } from '../../../src/messaging/twilio/delivery-reports';
import { createApiMetrics } from '../../../src/telemetry/api-metrics';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import { sendToTarget } from '../../support/send-to-target';
import { PUBLIC_URL, startService, untilPending, type Service } from '../../support/service';

const PATH = '/webhooks/twilio/status';

let server: DevServer;
let service: Service;
let withoutReports: Service;
let publicUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, withStatusCallback: true });
  withoutReports = await startService({ ...server, withWorker: false });
  publicUrl = service.app.listeningOrigin;
});

afterAll(async () => {
  await service.stop();
  await withoutReports.stop();
  await server.close();
});

interface Report {
  verification: string;
  form: Record<string, string>;
  signature?: string | undefined;
}

function post({ verification, form, signature }: Report, to: Service = service) {
  const path = `${PATH}?verification=${verification}`;
  const signed = signature ?? getExpectedTwilioSignature(SANDBOX_AUTH_TOKEN, `${publicUrl}${path}`, form);
  return to.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signed },
    payload: new URLSearchParams(form).toString(),
  });
}

async function startPending() {
  const { id, phoneNumber } = await service.startAndReceive();
  await untilPending(service, id);
  const sid = service.sandbox.inbox(phoneNumber)[0]?.sid ?? '';
  return { id, sid };
}

const statusOf = async (id: string) => (await service.verifications.get(id)).status;

test('a signed report of a lost message ends the verification', async () => {
  const { id, sid } = await startPending();
  const response = await post({
    verification: id,
    form: { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30005' },
  });
  expect(response.statusCode).toBe(204);
  expect(await service.verifications.get(id)).toMatchObject({
    status: 'undeliverable',
    error: { code: '30005' },
  });
});

const FORM = 'application/x-www-form-urlencoded';
const bodies: [contentType: string | undefined, payload: string][] = [
  [undefined, ''],
  [undefined, 'x'],
  ['text/plain', 'x'],
  ['json', '{}'],
  ['application/json', '{"a":{"toString":1}}'],
  ['application/json', '{"MessageSid":{"toString":1}}'],
  ['application/json', 'null'],
  ['application/json', '{'],
  [FORM, ''],
  [FORM, 'a=1&a=2'],
  [FORM, 'MessageSid[toString]=1&__proto__=1&toString=1'],
];

describe('403 without an effect', () => {
  test.each([
    ['for a wrong signature', 'bm90IHNpZ25lZCBieSBUd2lsaW8='],
    ['without a signature', ''],
  ])('%s', async (_case, signature) => {
    const { id, sid } = await startPending();
    const response = await post({
      verification: id,
      form: { MessageSid: sid, MessageStatus: 'failed' },
      signature,
    });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'forbidden' });
    expect(await statusOf(id)).toBe('pending');
  });

  test.each([
    ['without a signature', {}],
    ['for a forged signature', { 'x-twilio-signature': 'Zm9yZ2Vk' }],
  ])('%s, with any body', async (_case, signature) => {
    for (const [contentType, payload] of bodies) {
      const headers = { ...signature, ...(contentType && { 'content-type': contentType }) };
      const response = await service.app.inject({ method: 'POST', url: PATH, headers, payload });
      expect([payload, response.statusCode, response.json()]).toEqual([
        payload,
        403,
        {
          type: 'about:blank',
          title: 'Forbidden',
          status: 403,
          detail: 'The signature is not valid.',
          code: 'forbidden',
        },
      ]);
    }
  });

  test('without a signature, before a large body is read', async () => {
    const headers = { 'content-type': FORM };
    const payload = `a=${'x'.repeat(5_000)}`;
    expect(await service.app.inject({ method: 'POST', url: PATH, headers, payload })).toMatchObject({
      statusCode: 403,
    });
  });

  test('for a signature made for another verification', async () => {
    const [one, other] = [await startPending(), await startPending()];
    const form = { MessageSid: other.sid, MessageStatus: 'failed' };
    const signature = getExpectedTwilioSignature(
      SANDBOX_AUTH_TOKEN,
      `${publicUrl}${PATH}?verification=${one.id}`,
      form,
    );
    expect((await post({ verification: other.id, form, signature })).statusCode).toBe(403);
    expect(await statusOf(other.id)).toBe('pending');
  });

  test('for every signature if delivery reports are off', async () => {
    const { id, sid } = await startPending();
    const response = await post(
      { verification: id, form: { MessageSid: sid, MessageStatus: 'failed' } },
      withoutReports,
    );
    expect(response.statusCode).toBe(403);
  });
});

describe('a report whose request target is a whole URL', () => {
  async function postTo(target: string, form: Record<string, string>, signature: string) {
    const headers = { 'content-type': FORM, 'x-twilio-signature': signature };
    const body = new URLSearchParams(form).toString();
    return (await sendToTarget(publicUrl, target, { method: 'POST', headers, body })).status;
  }

  test.each(['http://localhost:3000', 'HTTPS://verify.example.com'])(
    'is accepted with the signature of PUBLIC_URL, at %s',
    async (origin) => {
      const { id, sid } = await startPending();
      const path = `${PATH}?verification=${id}`;
      const form = { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30005' };
      const signature = getExpectedTwilioSignature(SANDBOX_AUTH_TOKEN, `${publicUrl}${path}`, form);
      expect(await postTo(`${origin}${path}`, form, signature)).toBe(204);
      expect(await statusOf(id)).toBe('undeliverable');
    },
  );

  test('gets 403 with another signature', async () => {
    const form = { MessageSid: 'SM1', MessageStatus: 'failed' };
    expect(await postTo(`http://localhost:3000${PATH}`, form, 'Zm9yZ2Vk')).toBe(403);
  });
});

describe('400 without an effect for a signed report', () => {
  const signed = (url: string, form: Record<string, string | string[]>) =>
    getExpectedTwilioSignature(SANDBOX_AUTH_TOKEN, `${publicUrl}${url}`, form);

  test.each([
    ['as JSON', 'application/json', '{"MessageSid":"SM1","MessageStatus":"failed"}'],
    ['as JSON whose fields are objects', 'application/json', '{"a":{"toString":1}}'],
    ['as plain text', 'text/plain', 'MessageStatus=failed'],
    ['without a content type', undefined, 'MessageStatus=failed'],
    ['with an invalid content type', 'json', '{}'],
  ])('%s, since only forms are accepted', async (_case, contentType, payload) => {
    const { id } = await startPending();
    const url = `${PATH}?verification=${id}`;
    const headers = {
      'x-twilio-signature': signed(url, {}),
      ...(contentType && { 'content-type': contentType }),
    };
    const response = await service.app.inject({ method: 'POST', url, headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'Send a form, with "Content-Type: application/x-www-form-urlencoded".',
    });
    expect(await statusOf(id)).toBe('pending');
  });

  test.each(['MessageStatus', 'with a\nline break'])('with two fields named %j', async (name) => {
    const { id, sid } = await startPending();
    const url = `${PATH}?verification=${id}`;
    const headers = {
      'content-type': FORM,
      'x-twilio-signature': signed(url, { MessageSid: sid, [name]: ['failed', 'undelivered'] }),
    };
    const fields = new URLSearchParams({ MessageSid: sid });
    for (const value of ['failed', 'undelivered']) fields.append(name, value);
    const payload = fields.toString();
    const response = await service.app.inject({ method: 'POST', url, headers, payload });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: 'invalid_request',
      detail: 'Send each field of the form once.',
    });
    expect(await statusOf(id)).toBe('pending');
  });
});

test.each([
  ['about an unknown message', { MessageSid: 'SM00000000000000000000000000000000', MessageStatus: 'failed' }],
  ['with a status that has no effect', { MessageSid: '', MessageStatus: 'queued' }],
  ['without a SID', { MessageStatus: 'failed' }],
])('a signed report %s changes nothing', async (_case, form) => {
  const { id } = await startPending();
  expect((await post({ verification: id, form })).statusCode).toBe(204);
  expect(await statusOf(id)).toBe('pending');
});

test('a late or repeated report, or one for an unknown verification, changes nothing', async () => {
  const { id, sid } = await startPending();
  const canceled = await service.verifications.cancel(id);
  const form = { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30003' };
  for (const verification of [id, id, 'A'.repeat(64), 'nobody']) {
    expect((await post({ verification, form })).statusCode).toBe(204);
  }
  expect(await service.verifications.get(id)).toEqual(canceled);
});

test('a report tells the gateway which message it is about, and how long ago that was sent', async () => {
  const reportDelivery = jest.fn(async () => {});
  const deliveryReports = createTwilioReports({ authToken: SANDBOX_AUTH_TOKEN, publicUrl: PUBLIC_URL });
  const app = createHttpServer({ logger: false, trustProxy: false });
  registerCallbacks(app, {
    verifications: { reportDelivery } as Partial<Verifications> as Verifications,
    deliveryReports,
    metrics: createApiMetrics(),
  });
  const form = { MessageSid: 'SM1', MessageStatus: 'sent' };
  const report = async (url: string) => {
    const response = await app.inject({
      method: 'POST',
      url: url.slice(PUBLIC_URL.length),
      headers: {
        'content-type': FORM,
        'x-twilio-signature': getExpectedTwilioSignature(SANDBOX_AUTH_TOKEN, url, form),
      },
      payload: new URLSearchParams(form).toString(),
    });
    expect(response.statusCode).toBe(204);
  };
  const sentAt = Date.now() - 60_000;

  await report(deliveryReports.urlFor('an-id', { sentAt, messageIndex: 1 }) ?? '');
  await report(`${PUBLIC_URL}${PATH}?verification=an-id&messageIndex=-1`);

  const of = (messageIndex: number | undefined) => ({ sid: 'SM1', failure: null, messageIndex });
  expect(reportDelivery.mock.calls).toEqual([
    ['an-id', of(1), expect.closeTo(60_000, -4) as unknown],
    ['an-id', of(undefined), undefined],
  ]);
});
