import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  anotherGateway,
  DEFAULT_POLICY,
  eventually,
  receivedCode,
  serviceTenant,
  startRequest,
  startService,
  uniquePhoneNumber,
  untilPending,
  type Service,
} from '../support/service';
import { createTimeSkipping } from '../support/time-skipping';
import { SANDBOX_FROM } from '../../sandbox/account';
import { createWording } from '../../src/messaging/wording';
import type { ResendOptions } from '../../src/gateway/resend';
import { partsOf } from '../support/verification-id';

const by = { caller: 'alice', idempotencyKey: undefined };

let env: TestWorkflowEnvironment;
let service: Service;

beforeAll(async () => {
  env = await createTimeSkipping();
  service = await startService({ client: env.client, nativeConnection: env.nativeConnection });
});

afterAll(async () => {
  await service.stop();
  await env.teardown();
});

/** Starts a verification and waits until it is pending. */
async function startPending() {
  const started = await service.startAndReceive();
  await untilPending(service, started.id);
  return started;
}

describe('the window', () => {
  test('a verification without a code expires after 90 s', async () => {
    const { id } = await startPending();
    await env.sleep('89s');
    expect(await service.verifications.get(id)).toMatchObject({ status: 'pending', endedAt: null });
    await env.sleep('2s');
    const expired = await service.verifications.get(id);
    expect(expired).toMatchObject({ status: 'expired', attemptsRemaining: 4 });
    expect(expired.endedAt).toBe(expired.expiresAt);
  });

  test('a right code after the window is refused: the verification has expired', async () => {
    const { id, code } = await startPending();
    await env.sleep('91s');
    await expect(service.verifications.check(id, code, by)).rejects.toMatchObject({
      code: 'verification_ended',
      refusal: { verificationStatus: 'expired' },
    });
  });
});

describe('attempts', () => {
  test('a fourth wrong code ends the verification', async () => {
    const { id, wrongCode, code } = await startPending();
    for (const attemptsRemaining of [3, 2, 1, 0]) {
      expect(await service.verifications.check(id, wrongCode, by)).toMatchObject({
        verified: false,
        verification: { attemptsRemaining },
      });
    }
    await expect(service.verifications.check(id, code, by)).rejects.toMatchObject({
      refusal: { verificationStatus: 'max_attempts_reached' },
    });
  });

  test('the right code in the fourth attempt verifies the number', async () => {
    const { id, wrongCode, code } = await startPending();
    for (let attempt = 1; attempt <= 3; attempt++) await service.verifications.check(id, wrongCode, by);
    expect(await service.verifications.check(id, code, by)).toMatchObject({
      verified: true,
      verification: { status: 'verified', attemptsRemaining: 0 },
    });
  });

  test('of eight simultaneous checks with a wrong code, four count', async () => {
    const { id, wrongCode } = await startPending();
    const checks = await Promise.allSettled(
      Array.from({ length: 8 }, () => service.verifications.check(id, wrongCode, by)),
    );
    expect(checks.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect(await service.verifications.get(id)).toMatchObject({ status: 'max_attempts_reached' });
  });

  test('a code that is sent as a Signal is judged as well', async () => {
    const { id, wrongCode, code } = await startPending();
    await service.verifications.submit(id, wrongCode);
    await service.verifications.submit(id, code);
    const { verification: ended } = await service.verifications.waitForEnd(id, {
      waitMs: 60_000,
      signal: new AbortController().signal,
    });
    expect(ended).toMatchObject({ status: 'verified', attemptsRemaining: 2 });
  });
});

describe('a cancel', () => {
  test('ends the verification, and its final status does not change any more', async () => {
    const { id, code } = await startPending();
    const canceled = await service.verifications.cancel(id);
    expect(canceled).toMatchObject({ status: 'canceled', attemptsRemaining: 4 });
    await expect(service.verifications.check(id, code, by)).rejects.toMatchObject({
      code: 'verification_ended',
    });
    expect(await service.verifications.cancel(id)).toEqual(canceled);
  });

  test('from the Temporal Web UI ends the verification as canceled, with a result', async () => {
    const { id, phoneNumber } = await startPending();
    const { workflowId } = partsOf(id);
    await env.client.workflow.getHandle(workflowId).cancel();
    const { verification: ended } = await service.verifications.waitForEnd(id, {
      waitMs: 60_000,
      signal: new AbortController().signal,
    });
    expect(ended).toMatchObject({ status: 'canceled', phoneNumber });
  });
});

describe('a message that is not sent', () => {
  test('ends the verification as undeliverable, with the provider’s error code and our sentence', async () => {
    const { verification } = await service.verifications.start(service.startRequest('+15005550001'));
    const { verification: ended } = await service.verifications.waitForEnd(verification.id, {
      waitMs: 60_000,
      signal: new AbortController().signal,
    });
    expect(ended).toMatchObject({ status: 'undeliverable', expiresAt: null, error: { code: '21211' } });
    expect(ended.error?.message).not.toContain('5005550001');
  });
});

describe('a resend', () => {
  test('sends the same code in the same window, at most twice', async () => {
    const { id, phoneNumber, code } = await startPending();
    const { expiresAt } = await service.verifications.get(id);
    await expect(service.verifications.resend(id)).rejects.toMatchObject({ code: 'resend_too_soon' });
    for (const count of [2, 3]) {
      await env.sleep('31s');
      await service.verifications.resend(id);
      await eventually(() => service.sandbox.inbox(phoneNumber)[count - 1]);
    }
    await expect(service.verifications.resend(id)).rejects.toMatchObject({ code: 'resend_limit_reached' });
    const bodies = service.sandbox.inbox(phoneNumber).map(({ body }) => body);
    expect(bodies).toEqual(Array.from({ length: 3 }, () => `Your code is ${code}.`));
    expect(await service.verifications.check(id, code, by)).toMatchObject({
      verified: true,
      verification: { expiresAt },
    });
  });

  test('with an Idempotency-Key is answered again, also if only repeats are, and refused with other fields', async () => {
    const { id, phoneNumber } = await startPending();
    await env.sleep('31s');
    const resend = (idempotencyKey: string, options: Partial<ResendOptions> = {}) =>
      service.verifications.resend(id, { idempotencyKey, ...options });
    await expect(resend('one', { onlyRepeat: true })).rejects.toMatchObject({ code: 'rate_limited' });
    const first = await resend('one');
    expect(first).toMatchObject({ outcome: 'requested' });
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
    const repeated = { ...first, outcome: 'repeated' };
    expect(await resend('one')).toEqual(repeated);
    expect(await resend('one', { onlyRepeat: true })).toEqual(repeated);
    for (const options of [{ clientIp: '198.51.100.7' }, { wording: { locale: 'de' } }])
      await expect(resend('one', options)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(resend('one', { caller: 'bob' })).rejects.toMatchObject({ code: 'resend_too_soon' });
    await env.sleep('31s');
    expect(await resend('one', { caller: 'bob' })).toMatchObject({ outcome: 'requested' });
  });

  test('has the wording of the start, unless it chooses its own', async () => {
    const phoneNumber = uniquePhoneNumber();
    const wording = { appHash: 'AbCdEfGhIjK' };
    const { verification } = await service.verifications.start({
      ...service.startRequest(phoneNumber),
      wording,
    });
    await untilPending(service, verification.id);
    for (const options of [{}, { wording: { appHash: 'another-app' } }]) {
      const count = service.sandbox.inbox(phoneNumber).length;
      await env.sleep('31s');
      await service.verifications.resend(verification.id, options);
      await eventually(() => service.sandbox.inbox(phoneNumber)[count]);
    }
    const lastLines = service.sandbox.inbox(phoneNumber).map(({ body }) => body.split('\n').at(-1));
    expect(lastLines).toEqual(['another-app', 'AbCdEfGhIjK', 'AbCdEfGhIjK']);
  });

  test('says how long the code is still valid', async () => {
    const minutes = serviceTenant('minutes', {
      policy: { ...DEFAULT_POLICY, windowMs: 300_000 },
      messaging: {
        wording: createWording({ sentence: '{code}, for {ttl} minutes' }),
        sender: { from: SANDBOX_FROM },
      },
    });
    const { client, nativeConnection } = env;
    const timed = await startService({ client, nativeConnection, tenants: [minutes] });
    const gateway = anotherGateway(timed, 'minutes');
    const phoneNumber = uniquePhoneNumber();
    const request = startRequest(phoneNumber, undefined, 'alice', minutes.tenant);
    const { verification } = await gateway.start(request);
    await untilPending({ verifications: gateway }, verification.id);
    await env.sleep('150s');
    await gateway.resend(verification.id);
    await eventually(() => timed.sandbox.inbox(phoneNumber)[1]);
    const bodies = timed.sandbox.inbox(phoneNumber).map(({ body }) => body.replace(/^\d+/, ''));
    expect(bodies).toEqual([', for 2 minutes', ', for 5 minutes']);
    await timed.stop();
  });

  test('that fails does not end the verification', async () => {
    const { id, phoneNumber, code } = await startPending();
    await env.sleep('31s');
    service.sandbox.stubAnswer(phoneNumber, {
      status: 400,
      body: { code: 21610, message: 'no', status: 400 },
    });
    await service.verifications.resend(id);
    await env.sleep('31s');
    await service.verifications.resend(id);
    expect(await receivedCode(service.sandbox, phoneNumber)).toBe(code);
    expect(await service.verifications.check(id, code, by)).toMatchObject({ verified: true });
  });
});

test('an id with a wrong nonce is not found and costs no attempt', async () => {
  const { id, wrongCode } = await startPending();
  const forged = id.slice(0, -1) + (id.endsWith('A') ? 'B' : 'A');
  await expect(service.verifications.get(forged)).rejects.toMatchObject({ code: 'not_found' });
  await expect(service.verifications.check(forged, wrongCode, by)).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(service.verifications.cancel(forged)).rejects.toMatchObject({ code: 'not_found' });
  expect(await service.verifications.get(id)).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
});
