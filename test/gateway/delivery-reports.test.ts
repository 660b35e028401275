import { getExpectedTwilioSignature } from 'twilio';
import { SANDBOX_AUTH_TOKEN } from '../../sandbox/account';
import { stateQuery } from '../../src/workflows/definitions';
import { CallCounter } from '../support/call-counter';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  eventually,
  receivedCode,
  startService,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../support/service';
import { partsOf } from '../support/verification-id';

const BY = { caller: 'alice', idempotencyKey: undefined };
const QUERY = 'QueryWorkflow';
const SIGNAL = 'SignalWorkflowExecution';
const DESCRIBE = 'DescribeWorkflowExecution';

let counted: DevServer;
let server: DevServer;
let service: Service;
let calls: CallCounter;

beforeAll(async () => {
  server = await connectDevServer();
});

beforeEach(async () => {
  calls = new CallCounter();
  counted = await connectDevServer({ interceptors: [calls.interceptor] });
  service = await startService({ ...counted, withStatusCallback: true });
  // The reports of these tests are the only ones.
  service.sandbox.settings.statusStepMs = 60_000;
});

afterEach(async () => {
  await service.stop();
  await counted.close();
});

afterAll(() => server.close());

/** Starts a verification and waits until the sandbox has its message. */
async function startRecorded(phoneNumber = uniquePhoneNumber()) {
  const { verification } = await service.verifications.start(service.startRequest(phoneNumber));
  await receivedCode(service.sandbox, phoneNumber);
  return { id: verification.id, sid: service.sandbox.inbox(phoneNumber)[0]?.sid ?? '', phoneNumber };
}

async function startPending() {
  const started = await startRecorded();
  await untilPending(started.id);
  return started;
}

/** Does not use the client whose calls are counted. */
async function untilPending(id: string): Promise<void> {
  const { workflowId } = partsOf(id);
  const handle = server.client.workflow.getHandle(workflowId);
  await eventually(async () => (await handle.query(stateQuery)).status === 'pending');
}

/** Posts a signed report. Returns its answer's status, and the calls to Temporal that it led to. */
async function report(
  id: string,
  sid: string,
  status: string,
  more: Record<string, string> = {},
  query = '',
) {
  const before = made();
  const path = `/webhooks/twilio/status?verification=${id}${query}`;
  const form = { MessageSid: sid, MessageStatus: status, ...more };
  const response = await service.app.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(
        SANDBOX_AUTH_TOKEN,
        `${service.app.listeningOrigin}${path}`,
        form,
      ),
    },
    payload: new URLSearchParams(form).toString(),
  });
  const after = made();
  return {
    status: response.statusCode,
    describes: after.describes - before.describes,
    queries: after.queries - before.queries,
    signals: after.signals - before.signals,
  };
}

const made = () => ({
  describes: calls.made(DESCRIBE),
  queries: calls.made(QUERY),
  signals: calls.made(SIGNAL),
});

test('good reports about an accepted message wake no workflow: together they lead to one describe', async () => {
  const { id, sid } = await startPending();

  expect(await report(id, sid, 'sent')).toEqual({ status: 204, describes: 1, queries: 0, signals: 0 });
  expect(await report(id, sid, 'delivered')).toEqual({ status: 204, describes: 0, queries: 0, signals: 0 });
});

/** Posts a report about a message that was sent just now, and resolves when the report waits. */
async function reportAtOnce(id: string, sid: string) {
  const reported = report(id, sid, 'sent', {}, `&sentAt=${Date.now()}`);
  await eventually(async () => (await service.metrics.text()).includes('{status="sent"} 1'));
  return { answer: reported };
}

test.each<[string, (id: string, code: string) => Promise<unknown>]>([
  ['the right code is checked', (id, code) => service.verifications.check(id, code, BY)],
  ['the status is read', (id) => service.verifications.get(id)],
])('a good report leads to no call if %s meanwhile', async (_, read) => {
  const { id, sid, phoneNumber } = await startPending();
  const code = await receivedCode(service.sandbox, phoneNumber);

  const { answer } = await reportAtOnce(id, sid);
  await read(id, code);

  expect(await answer).toMatchObject({ status: 204, describes: 0, signals: 0 });
  expect(await report(id, sid, 'delivered')).toEqual({ status: 204, describes: 0, queries: 0, signals: 0 });
});

test('a wrong code does not answer a good report: it can be an old answer to a repeated request', async () => {
  const { id, sid, phoneNumber } = await startPending();
  const wrongCode = wrongCodeFor(await receivedCode(service.sandbox, phoneNumber));

  const { answer } = await reportAtOnce(id, sid);
  await service.verifications.check(id, wrongCode, BY);

  expect(await answer).toMatchObject({ status: 204, describes: 1, signals: 0 });
});

test('a read that began before a good report arrived does not answer it', async () => {
  const { id, sid } = await startPending();
  await service.stopWorker();

  const read = service.verifications.get(id);
  await eventually(() => calls.made(QUERY) > 0);
  const { answer } = await reportAtOnce(id, sid);
  await service.startWorker();
  await read;

  expect(await answer).toMatchObject({ status: 204, describes: 1 });
});

test('reports that arrive at the same time share one describe', async () => {
  const { id, sid } = await startPending();
  const before = calls.made(DESCRIBE);

  await Promise.all([report(id, sid, 'sent'), report(id, sid, 'delivered')]);

  expect(calls.made(DESCRIBE) - before).toBe(1);
});

test('a report without an effect leads to no call', async () => {
  const { id, sid } = await startPending();

  expect(await report(id, sid, 'queued')).toEqual({ status: 204, describes: 0, queries: 0, signals: 0 });
});

test('a good report needs no worker', async () => {
  const { id, sid } = await startPending();
  await service.stopWorker();

  expect(await report(id, sid, 'delivered')).toEqual({ status: 204, describes: 1, queries: 0, signals: 0 });
});

test('a good report that comes before the answer to the create call waits for that answer', async () => {
  const phoneNumber = uniquePhoneNumber();
  const hold = service.sandbox.hold('recorded', phoneNumber);
  const { id, sid } = await startRecorded(phoneNumber);
  const describes = calls.made(DESCRIBE);

  const reported = report(id, sid, 'sent');
  await eventually(() => calls.made(DESCRIBE) > describes);
  hold.release();

  expect(await reported).toEqual({ status: 204, describes: 2, queries: 0, signals: 0 });
});

test('a good report reaches the workflow if the answer to the create call is late', async () => {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.hold('recorded', phoneNumber);
  const { id, sid } = await startRecorded(phoneNumber);

  expect(await report(id, sid, 'sent')).toEqual({
    status: 204,
    describes: 2,
    queries: 0,
    signals: 1,
  });
  await untilPending(id);
  expect(await report(id, sid, 'delivered')).toMatchObject({ queries: 0, signals: 0 });
});

test('a good report that says when the message was sent leads to one describe, also if the answer is late', async () => {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.hold('recorded', phoneNumber);
  const { id, sid } = await startRecorded(phoneNumber);

  const { answer } = await reportAtOnce(id, sid);
  // A message that is still being sent does not answer the report.
  expect(await service.verifications.get(id)).toMatchObject({ messageInFlight: true });

  expect(await answer).toMatchObject({ status: 204, describes: 1, signals: 1 });
  await untilPending(id);
});

test('a good report reaches the workflow if its worker died, since its task may be about this message', async () => {
  const { id, sid, phoneNumber } = await startPending();
  await service.stopWorker();
  await service.verifications.submit(id, '0000');

  expect(await report(id, sid, 'sent')).toMatchObject({ status: 204, queries: 0, signals: 1 });
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
});

test('a good report about a closed verification leads to nothing more', async () => {
  const { id, sid } = await startPending();
  await service.verifications.cancel(id);
  await server.client.workflow.getHandle(partsOf(id).workflowId).result();

  expect(await report(id, sid, 'delivered')).toEqual({ status: 204, describes: 1, queries: 0, signals: 0 });
});

test('a lost message reaches the workflow at once', async () => {
  const { id, sid } = await startPending();

  expect(await report(id, sid, 'undelivered', { ErrorCode: '30003' })).toEqual({
    status: 204,
    describes: 0,
    queries: 0,
    signals: 1,
  });
  expect(await service.verifications.get(id)).toMatchObject({
    status: 'undeliverable',
    error: { code: '30003' },
  });
});

test('the live details show a lost message with the code of the carrier, and nothing about good reports', async () => {
  const { id, sid } = await startPending();
  const handle = server.client.workflow.getHandle(partsOf(id).workflowId);
  const details = async () => {
    const metadata = await handle.query('__temporal_workflow_metadata');
    return (metadata as { currentDetails: string }).currentDetails;
  };
  const before = await details();
  await report(id, sid, 'delivered');
  expect(await details()).toBe(before);

  await report(id, sid, 'undelivered', { ErrorCode: '30003' });

  expect(await details()).toContain(`${sid}, lost with error 30003`);
});

test('the time to deliver is recorded, unless the report has no possible time', async () => {
  const { id, sid } = await startPending();
  const totals = async () => {
    const text = await service.metrics.text();
    return ['count', 'sum'].map((total) =>
      Number(text.match(new RegExp(`^phone_verification_time_to_deliver_seconds_${total} (.*)$`, 'm'))?.[1]),
    );
  };
  const [count = 0, sum = 0] = await totals();

  for (const sentAt of [`${Date.now() - 5_000}`, `${Date.now() + 5_000}`, '', '-1e300', '0', '1e15'])
    await report(id, sid, 'delivered', {}, `&sentAt=${sentAt}`);

  const [newCount = 0, newSum = 0] = await totals();
  expect(newCount - count).toBe(2);
  expect(newSum - sum).toBeGreaterThanOrEqual(5);
  expect(newSum - sum).toBeLessThan(60);
});

test('reports are counted by their status, of which there are few', async () => {
  const { id, sid } = await startPending();
  for (const status of ['queued', 'sent', 'delivered', 'delivered', 'x'.repeat(100), 'toString'])
    await report(id, sid, status);
  await report(id, sid, 'undelivered', { ErrorCode: '30003' });
  await service.app.inject({ method: 'POST', url: '/webhooks/twilio/status' });

  const name = 'phone_verification_delivery_reports_total';
  const text = await service.metrics.text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));

  expect(new Set(lines)).toEqual(
    new Set([
      `${name}{status="queued"} 1`,
      `${name}{status="sent"} 1`,
      `${name}{status="delivered"} 2`,
      `${name}{status="other"} 2`,
      `${name}{status="undelivered"} 1`,
    ]),
  );
});
