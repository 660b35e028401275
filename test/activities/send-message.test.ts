import { freePort } from '../../harness/ports';
import { SANDBOX_FROM } from '../../sandbox/account';
import { createWording } from '../../src/messaging/wording';
import type { IdentifiedView } from '../../src/gateway/verifications';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  DEFAULT_POLICY,
  eventually,
  receivedCode,
  serviceTenant,
  startService,
  uniquePhoneNumber,
  type Service,
} from '../support/service';
import { startTestSandbox } from '../support/test-sandbox';
import { partsOf } from '../support/verification-id';

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, policy: { resendIntervalMs: 0 } });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

const start = async (phoneNumber: string, on: Service = service) =>
  (await on.verifications.start(on.startRequest(phoneNumber))).verification;

/** Waits until the message is accepted or has failed. */
const settled = (id: string, on: Service = service): Promise<IdentifiedView> =>
  eventually(async () => {
    const verification = await on.verifications.get(id);
    return verification.status === 'sending' ? undefined : verification;
  });

/** The failure of the pending activity, which the Web UI shows. */
async function pendingFailure(id: string): Promise<string | undefined> {
  const { raw } = await server.client.workflow.getHandle(partsOf(id).workflowId).describe();
  const encoded = raw.pendingActivities?.[0]?.lastFailure?.encodedAttributes?.data;
  if (!encoded) return undefined;
  return (JSON.parse(Buffer.from(encoded).toString()) as { message: string }).message;
}

/** When the create calls for a number arrived, epoch milliseconds. */
const createTimes = (phoneNumber: string, on: Service = service) =>
  on.sandbox.requests.filter(({ kind, to }) => kind === 'create' && to === phoneNumber).map(({ at }) => at);

const createCalls = (phoneNumber: string, on: Service = service) => createTimes(phoneNumber, on).length;

const tooManyRequests = (retryAfterSeconds: number) => ({
  status: 429,
  headers: { 'retry-after': `${retryAfterSeconds}` },
  body: { code: 20429, message: 'Too Many Requests', status: 429 },
});

/** Repeats a resend that comes too soon. */
const resendWhenAllowed = (id: string, on: Service) =>
  eventually(() =>
    on.verifications.resend(id).catch((error: { code?: string }) => {
      if (error.code !== 'resend_too_soon') throw error;
    }),
  );

// These tests mostly wait, so they run side by side, the longest one first. Each has its own number. A test that changes
// the settings of the sandbox has its own service.
test.concurrent(
  'a verification ends as undeliverable within the deadline if the provider never answers',
  async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    const { id } = await start(phoneNumber);
    expect(await settled(id)).toMatchObject({ status: 'undeliverable', error: { code: 'delivery_unknown' } });
    hold.disconnect();
    expect(service.sandbox.inbox(phoneNumber)).toEqual([]);
  },
);

test.concurrent('an unreachable provider is called again until it answers', async () => {
  const port = await freePort();
  const early = await startService({ ...server, providerUrl: `http://127.0.0.1:${port}` });
  const phoneNumber = uniquePhoneNumber();
  const { id } = await start(phoneNumber, early);
  const failure = await eventually(() => pendingFailure(id));
  const provider = await startTestSandbox({ port });
  expect(await settled(id, early)).toMatchObject({ status: 'pending' });
  expect(provider.inbox(phoneNumber)).toHaveLength(1);
  expect(failure).toBe(`The SMS provider did not accept the message: ECONNREFUSED at 127.0.0.1:${port}`);
  await early.stop();
  await provider.close();
});

test.concurrent('a worker that does not know the tenant names it', async () => {
  const { tenant, ...request } = service.startRequest(uniquePhoneNumber());
  const ofNobody = { ...request, tenant: { ...tenant, id: 'nobody' } };
  const { verification } = await service.verifications.start(ofNobody);
  expect(await eventually(() => pendingFailure(verification.id))).toBe(
    'No message was sent: this worker does not know the tenant nobody (TENANTS_FILE)',
  );
});

test.concurrent.each([0, 1])(
  'after 429 with Retry-After: %i one message arrives',
  async (retryAfterSeconds) => {
    const phoneNumber = uniquePhoneNumber();
    service.sandbox.stubAnswer(phoneNumber, tooManyRequests(retryAfterSeconds));
    const { id } = await start(phoneNumber);
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
    expect(createCalls(phoneNumber)).toBe(2);
  },
);

test.concurrent('a wait that is longer than the longest delay of a retry is kept', async () => {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.stubAnswer(phoneNumber, tooManyRequests(5));
  const { id } = await start(phoneNumber);
  expect(await settled(id)).toMatchObject({ status: 'pending' });
  const [first = 0, second = 0] = createTimes(phoneNumber);
  expect(second - first).toBeGreaterThanOrEqual(4_900);
});

test.concurrent(
  'if nothing was sent, the verification uses nothing of the limit for its number',
  async () => {
    const numberLimit = { max: 1, periodMs: 3_600_000 };
    const limited = await startService({ ...server, policy: { numberLimit } });
    const phoneNumber = uniquePhoneNumber();
    // Longer than the deadline: Temporal does not wait for a retry that would come too late.
    limited.sandbox.stubAnswer(phoneNumber, tooManyRequests(60));
    const { id } = await start(phoneNumber, limited);
    expect(await settled(id, limited)).toMatchObject({
      status: 'undeliverable',
      error: { code: 'delivery_unknown' },
    });
    const next = await start(phoneNumber, limited);
    expect(await settled(next.id, limited)).toMatchObject({ status: 'pending' });
    await limited.stop();
  },
);

test.concurrent(
  'a resend is sent although an earlier message, whose SID is not known, has the same code',
  async () => {
    const patient = await startService({ ...server, policy: { resendIntervalMs: 5_000 } });
    const { settings } = patient.sandbox;
    const { id, phoneNumber } = await patient.startAndReceive();
    await settled(id, patient);
    // Created, but neither confirmed nor listed: the message is sent again, and has a twin.
    settings.listLagMs = 60_000;
    patient.sandbox.stubAnswer(phoneNumber, { status: 500, body: 'oops', recorded: true });
    await resendWhenAllowed(id, patient);
    await eventually(() => patient.sandbox.inbox(phoneNumber)[2]);
    settings.listLagMs = 0;
    patient.sandbox.stubAnswer(phoneNumber, tooManyRequests(1));
    await resendWhenAllowed(id, patient);
    await eventually(() => patient.sandbox.inbox(phoneNumber)[3]);
    await patient.stop();
  },
);

test.concurrent(
  'a later try of a resend counts the time that has passed: its window is open already',
  async () => {
    const wording = createWording({ sentence: '{code}, for {ttl} minutes' });
    const minutes = serviceTenant('minutes', {
      policy: { ...DEFAULT_POLICY, windowMs: 125_000, resendIntervalMs: 0 },
      messaging: { wording, sender: { from: SANDBOX_FROM } },
    });
    const timed = await startService({ ...server, tenants: [minutes] });
    // With a key, so that a busy machine's 503 can be repeated.
    const post = (url: string, payload?: object) =>
      eventually(async () => {
        const headers = { authorization: `Bearer ${minutes.apiKey}`, 'idempotency-key': url };
        const reply = await timed.app.inject({ method: 'POST', url, headers, ...(payload && { payload }) });
        return [200, 202].includes(reply.statusCode) && reply.json<{ id: string }>();
      });
    const phoneNumber = uniquePhoneNumber();
    const { id } = await post('/verifications', { phoneNumber });
    await eventually(() => timed.sandbox.inbox(phoneNumber)[0]);
    timed.sandbox.stubAnswer(phoneNumber, tooManyRequests(6));
    await post(`/verifications/${id}/resend`);
    const [second] = await eventually(() => {
      const messages = timed.sandbox.inbox(phoneNumber);
      return messages.length === 2 && messages;
    });
    expect(second?.body).toMatch(/, for 1 minutes$/);
    await timed.stop();
  },
);

test.concurrent(
  'a message of the last verification is not taken for one with the same chosen code',
  async () => {
    const waiting = await startService({ ...server, cooldownSeconds: [6] });
    const phoneNumber = uniquePhoneNumber();
    const startWithCode = async () =>
      (await waiting.verifications.start({ ...waiting.startRequest(phoneNumber), customCode: '4711' }))
        .verification;
    const first = await startWithCode();
    await settled(first.id, waiting);
    await waiting.verifications.cancel(first.id);
    const hold = waiting.sandbox.hold('received', phoneNumber);
    await eventually(() => startWithCode().catch(() => undefined));
    await hold.untilHeld();
    hold.disconnect();
    await eventually(() => waiting.sandbox.inbox(phoneNumber).length === 2);
    await waiting.stop();
  },
);

test.concurrent('a refused message is not sent again', async () => {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.stubAnswer(phoneNumber, {
    status: 400,
    body: { code: 21610, message: `Attempt to send to unsubscribed ${phoneNumber}`, status: 400 },
  });
  const { id } = await start(phoneNumber);
  const verification = await settled(id);
  expect(verification).toMatchObject({ status: 'undeliverable', error: { code: '21610' } });
  expect(verification.error?.message).not.toContain(phoneNumber);
  expect(createCalls(phoneNumber)).toBe(1);
});

test.concurrent('401 means refused credentials, even if the body is HTML', async () => {
  const phoneNumber = uniquePhoneNumber();
  service.sandbox.stubAnswer(phoneNumber, { status: 401, body: '<html>Unauthorized</html>' });
  const { id } = await start(phoneNumber);
  expect(await settled(id)).toMatchObject({ status: 'undeliverable', error: { code: '20003' } });
  expect(createCalls(phoneNumber)).toBe(1);
});

describe('a message that was created although the call failed is found and not sent again', () => {
  test.concurrent('when the connection is reset before the answer', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('recorded', phoneNumber);
    const { id } = await start(phoneNumber);
    await hold.untilHeld();
    hold.disconnect();
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
    expect(createCalls(phoneNumber)).toBe(1);
  });

  test.concurrent('when there is no answer', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('recorded', phoneNumber);
    const { id } = await start(phoneNumber);
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    hold.release();
    expect(createCalls(phoneNumber)).toBe(1);
  });

  test.concurrent.each([500, 502, 503])('when the answer is %i', async (status) => {
    const phoneNumber = uniquePhoneNumber();
    service.sandbox.stubAnswer(phoneNumber, { status, body: '<html>oops</html>', recorded: true });
    const { id } = await start(phoneNumber);
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    expect(createCalls(phoneNumber)).toBe(1);
  });

  test.concurrent('when the answer is incomplete', async () => {
    const phoneNumber = uniquePhoneNumber();
    service.sandbox.stubAnswer(phoneNumber, { status: 201, body: '{"sid":"SM', recorded: true });
    const { id } = await start(phoneNumber);
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    expect(createCalls(phoneNumber)).toBe(1);
  });

  test.concurrent('when it is a resend, which has the same body as the first message', async () => {
    const { id, phoneNumber } = await service.startAndReceive();
    await settled(id);
    service.sandbox.stubAnswer(phoneNumber, { status: 500, body: 'oops', recorded: true });
    await service.verifications.resend(id);
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
    await eventually(async () => {
      const refusal = await service.verifications.resend(id).catch((error: { code: string }) => error.code);
      return refusal === 'resend_too_soon' ? undefined : refusal;
    });
    await eventually(() => service.sandbox.inbox(phoneNumber)[2]);
    expect(createCalls(phoneNumber)).toBe(3);
  });
});

test.concurrent(
  'a resend that was not created is sent, although the first message has the same body',
  async () => {
    const { id, phoneNumber } = await service.startAndReceive();
    await settled(id);
    const hold = service.sandbox.hold('received', phoneNumber);
    await service.verifications.resend(id);
    await hold.untilHeld();
    hold.disconnect();
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
  },
);

test.concurrent('a message that was not created is sent again only after four searches', async () => {
  const phoneNumber = uniquePhoneNumber();
  const hold = service.sandbox.hold('received', phoneNumber);
  const { id } = await start(phoneNumber);
  await hold.untilHeld();
  hold.disconnect();
  expect(await settled(id)).toMatchObject({ status: 'pending' });
  expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  const searches = service.sandbox.requests.filter(({ kind, to }) => kind === 'list' && to === phoneNumber);
  expect(searches).toHaveLength(4);
});

test.concurrent(
  'if the provider does not list its message, the code is sent twice, and the Web UI shows that',
  async () => {
    const unlisting = await startService(server);
    const phoneNumber = uniquePhoneNumber();
    unlisting.sandbox.settings.listLagMs = 60_000;
    unlisting.sandbox.stubAnswer(phoneNumber, { status: 500, body: 'oops', recorded: true });
    const { id } = await start(phoneNumber, unlisting);
    expect(await settled(id, unlisting)).toMatchObject({ status: 'pending' });
    unlisting.sandbox.settings.listLagMs = 0;
    const bodies = unlisting.sandbox.inbox(phoneNumber).map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(new Set(bodies).size).toBe(1);
    const handle = server.client.workflow.getHandle(partsOf(id).workflowId);
    const metadata = await handle.query('__temporal_workflow_metadata');
    expect(JSON.stringify(metadata)).toContain('sent again: the first one was not listed');
    await unlisting.stop();
  },
);

test.concurrent(
  'if the provider does not list its message, and refuses the next try, the reason decides',
  async () => {
    const unlisting = await startService(server);
    const { sandbox } = unlisting;
    /** Starts a verification. Its first message arrives, without an answer. The next try gets this refusal. */
    async function startRefused(code: number) {
      const phoneNumber = uniquePhoneNumber();
      sandbox.stubAnswer(phoneNumber, { status: 500, body: 'oops', recorded: true });
      const { id } = await start(phoneNumber, unlisting);
      await receivedCode(sandbox, phoneNumber);
      const body = { code, message: 'No.', status: 400 };
      sandbox.stubAnswer(phoneNumber, { status: 400, body });
      await eventually(() => createCalls(phoneNumber, unlisting) === 2);
      return { id, phoneNumber };
    }

    sandbox.settings.listLagMs = 60_000;
    const [ofSender, ofNumber] = await Promise.all([startRefused(21606), startRefused(21610)]);
    sandbox.settings.listLagMs = 0;

    // Only an operator can fix the sender. That says nothing about the first message, which is searched for again.
    expect(await settled(ofSender.id, unlisting)).toMatchObject({ status: 'pending', error: null });
    expect(sandbox.inbox(ofSender.phoneNumber)).toHaveLength(1);
    // The provider would have refused this number in the first try, too.
    expect(await settled(ofNumber.id, unlisting)).toMatchObject({
      status: 'undeliverable',
      error: { code: '21610' },
    });
    for (const { phoneNumber } of [ofSender, ofNumber]) expect(createCalls(phoneNumber, unlisting)).toBe(2);
    await unlisting.stop();
  },
);

describe('after an operator has reset the activity, no second message is sent', () => {
  const reset = (id: string, resetHeartbeat: boolean) =>
    server.client.workflowService.resetActivity({
      namespace: 'default',
      execution: { workflowId: partsOf(id).workflowId },
      type: 'sendMessage',
      resetHeartbeat,
    });

  afterEach(() => {
    service.sandbox.settings.listLagMs = 0;
  });

  test.each([true, false])(
    'if the outcome of its try is unknown (heartbeat reset: %s)',
    async (heartbeat) => {
      const phoneNumber = uniquePhoneNumber();
      const hold = service.sandbox.hold('recorded', phoneNumber);
      const { id } = await start(phoneNumber);
      await hold.untilHeld();
      hold.disconnect();
      await eventually(() => pendingFailure(id));
      await reset(id, heartbeat);
      expect(await settled(id)).toMatchObject({ status: 'pending' });
      expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
    },
  );

  test('if the try before sent nothing, and the outcome of the next one is unknown', async () => {
    const phoneNumber = uniquePhoneNumber();
    service.sandbox.settings.listLagMs = 1_500;
    service.sandbox.stubAnswer(phoneNumber, tooManyRequests(10));
    const { id } = await start(phoneNumber);
    await eventually(() => pendingFailure(id));
    const hold = service.sandbox.hold('recorded', phoneNumber);
    await reset(id, false);
    await hold.untilHeld();
    hold.disconnect();
    expect(await settled(id)).toMatchObject({ status: 'pending' });
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });
});

describe('a delivery report', () => {
  let reported: Service;

  beforeAll(async () => {
    reported = await startService({ ...server, withStatusCallback: true });
  });

  afterAll(() => reported.stop());

  test('of a lost message ends the verification with the carrier’s error code and our sentence', async () => {
    const phoneNumber = uniquePhoneNumber();
    reported.sandbox.failDelivery(phoneNumber, 30006);
    const { id } = await start(phoneNumber, reported);
    const ended = await eventually(async () => {
      const verification = await reported.verifications.get(id);
      return verification.endedAt === null ? undefined : verification;
    });
    expect(ended).toMatchObject({ status: 'undeliverable', error: { code: '30006' } });
    expect(ended.error?.message).toContain('landline');
  });

  test('settles a message whose create call is still open', async () => {
    const phoneNumber = uniquePhoneNumber();
    reported.sandbox.settings.statusStepMs = 700;
    const hold = reported.sandbox.hold('recorded', phoneNumber);
    const { id } = await start(phoneNumber, reported);
    await hold.untilHeld();
    expect(await settled(id, reported)).toMatchObject({ status: 'pending' });
    reported.sandbox.settings.statusStepMs = 100;
    hold.disconnect();
    const code = await receivedCode(reported.sandbox, phoneNumber);
    expect(
      await reported.verifications.check(id, code, { caller: 'alice', idempotencyKey: undefined }),
    ).toMatchObject({
      verified: true,
    });
    expect(reported.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });
});
