import { getExpectedTwilioSignature } from 'twilio';
import { connectDevServer, type DevServer } from '../support/dev-server';
import { eventually, startService, type Service } from '../support/service';

const AUTH_TOKEN = 'token';
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
  const signed = signature ?? getExpectedTwilioSignature(AUTH_TOKEN, `${publicUrl}${path}`, form);
  return to.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signed },
    payload: new URLSearchParams(form).toString(),
  });
}

async function startPending() {
  const { id, phoneNumber } = await service.startTexted();
  await eventually(async () =>
    (await service.verifications.get(id)).status === 'pending' ? true : undefined,
  );
  const sid = service.sandbox.inbox(phoneNumber)[0]?.sid ?? '';
  return { id, sid };
}

const statusOf = async (id: string) => (await service.verifications.get(id)).status;

test('a signed report that the text is lost ends the verification', async () => {
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

describe('403, and nothing is done,', () => {
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

  test('without a signature, whatever the body', async () => {
    for (const headers of [{}, { 'content-type': 'text/plain' }]) {
      const response = await service.app.inject({ method: 'POST', url: PATH, headers, payload: 'x' });
      expect(response.statusCode).toBe(403);
    }
  });

  test('for a signature made for another verification', async () => {
    const [one, other] = [await startPending(), await startPending()];
    const form = { MessageSid: other.sid, MessageStatus: 'failed' };
    const signature = getExpectedTwilioSignature(
      AUTH_TOKEN,
      `${publicUrl}${PATH}?verification=${one.id}`,
      form,
    );
    expect((await post({ verification: other.id, form, signature })).statusCode).toBe(403);
    expect(await statusOf(other.id)).toBe('pending');
  });

  test('for any signature where no reports are asked for', async () => {
    const { id, sid } = await startPending();
    const response = await post(
      { verification: id, form: { MessageSid: sid, MessageStatus: 'failed' } },
      withoutReports,
    );
    expect(response.statusCode).toBe(403);
  });
});

test.each([
  ['of a stranger’s text', { MessageSid: 'SM00000000000000000000000000000000', MessageStatus: 'failed' }],
  ['of a status that says nothing', { MessageSid: '', MessageStatus: 'queued' }],
  ['without a SID', { MessageStatus: 'failed' }],
])('a signed report %s changes nothing', async (_case, form) => {
  const { id } = await startPending();
  expect((await post({ verification: id, form })).statusCode).toBe(204);
  expect(await statusOf(id)).toBe('pending');
});

test('a late, repeated or homeless report changes nothing', async () => {
  const { id, sid } = await startPending();
  const canceled = await service.verifications.cancel(id);
  const form = { MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30003' };
  for (const verification of [id, id, 'A'.repeat(64), 'nobody']) {
    expect((await post({ verification, form })).statusCode).toBe(204);
  }
  expect(await service.verifications.get(id)).toEqual(canceled);
});
