import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { receivedCode, uniquePhoneNumber, wrongCodeFor, type Service } from '../../support/service';
import { SkippedClock } from '../../support/skipped-clock';
import { createTimeSkipping } from '../../support/time-skipping';
import { send, SERVICE_SID, startVerifyService, verifyTenant } from '../../support/verify-service';

const WINDOW_MS = 600_000;
/** A service whose tenant has `fetchEnded`. */
const KEEPING = `VA${'f'.repeat(32)}`;

let env: TestWorkflowEnvironment;
let clock: SkippedClock;
let service: Service;
let baseUrl: string;

beforeAll(async () => {
  env = await createTimeSkipping();
  clock = new SkippedClock(env);
  ({ service, baseUrl } = await startVerifyService(env, {
    tenants: [verifyTenant('keeping', { verify: { serviceSid: KEEPING, fetchEnded: true } })],
  }));
});
afterAll(async () => {
  await service.stop();
  clock.restore();
  await env.teardown();
});

const create = (To: string, sid = SERVICE_SID) =>
  send(baseUrl, `/v2/Services/${sid}/Verifications`, { body: { To, Channel: 'sms' } });
const check = (To: string, Code: string, sid = SERVICE_SID) =>
  send(baseUrl, `/v2/Services/${sid}/VerificationCheck`, { body: { To, Code } });
const fetchOf = (name: unknown, sid = SERVICE_SID) =>
  send(baseUrl, `/v2/Services/${sid}/Verifications/${String(name)}`);

async function startPending(serviceSid = SERVICE_SID) {
  const to = uniquePhoneNumber();
  const { body } = await create(to, serviceSid);
  return { to, sid: body['sid'], code: await receivedCode(service.sandbox, to) };
}

const gone = { status: 404, body: { code: 20404 } };

describe('after the window', () => {
  test('a check and a fetch are 404, and a create starts another verification', async () => {
    const { to, sid, code } = await startPending();
    await clock.skip(WINDOW_MS - 20_000);
    expect(await fetchOf(to)).toMatchObject({ status: 200, body: { sid, status: 'pending' } });
    await clock.skip(20_000);
    expect(await check(to, code)).toMatchObject(gone);
    expect(await fetchOf(sid)).toMatchObject(gone);
    const next = await create(to);
    expect(next).toMatchObject({ status: 201, body: { status: 'pending' } });
    expect(next.body['sid']).not.toBe(sid);
    expect(await fetchOf(sid)).toMatchObject(gone);
    expect(await fetchOf(to)).toMatchObject({ body: { sid: next.body['sid'] } });
  });

  test('a create in its last 15 s is 60212, until the end of the window', async () => {
    const { to, sid } = await startPending();
    await clock.skip(WINDOW_MS - 10_000);
    const answer = await create(to);
    expect(answer).toMatchObject({ status: 429, body: { code: 60212 } });
    const retryAfter = Number(answer.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(10);
    await clock.skip(retryAfter * 1_000);
    const next = await create(to);
    expect(next.status).toBe(201);
    expect(next.body['sid']).not.toBe(sid);
  });

  test('a create right at its end starts another verification', async () => {
    const { to, sid } = await startPending();
    await clock.skip(WINDOW_MS);
    const next = await create(to);
    expect(next.status).toBe(201);
    expect(next.body['sid']).not.toBe(sid);
  });

  test('a number whose attempts were used up gets a new verification, and a check is 404', async () => {
    const { to, sid, code } = await startPending();
    for (let tries = 0; tries < 5; tries++) await check(to, wrongCodeFor(code));
    await clock.skip(WINDOW_MS - 60_000);
    for (const answer of [await create(to), await check(to, code)])
      expect(answer).toMatchObject({ status: 429, body: { code: 60202 } });
    await clock.skip(60_000);
    expect(await check(to, code)).toMatchObject(gone);
    const next = await create(to);
    expect(next).toMatchObject({ status: 201, body: { status: 'pending' } });
    expect(next.body['sid']).not.toBe(sid);
  });
});

describe('with fetchEnded', () => {
  test('an expired verification is fetched as expired', async () => {
    const { to, sid, code } = await startPending(KEEPING);
    await clock.skip(WINDOW_MS);
    expect(await check(to, code, KEEPING)).toMatchObject(gone);
    for (const name of [to, sid])
      expect(await fetchOf(name, KEEPING)).toMatchObject({
        status: 200,
        body: { sid, status: 'expired', valid: false },
      });
  });

  test('an approved verification is fetched as approved', async () => {
    const { to, sid, code } = await startPending(KEEPING);
    await check(to, code, KEEPING);
    expect(await check(to, code, KEEPING)).toMatchObject(gone);
    for (const name of [to, sid])
      expect(await fetchOf(name, KEEPING)).toMatchObject({
        status: 200,
        body: { sid, status: 'approved', valid: true },
      });
  });

  test('only the last verification of a number is fetched', async () => {
    const { to, sid, code } = await startPending(KEEPING);
    await check(to, code, KEEPING);
    await create(to, KEEPING);
    expect(await fetchOf(sid, KEEPING)).toMatchObject(gone);
  });
});
