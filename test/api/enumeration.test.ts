import { randomBytes } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import { parseVerificationId } from '../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../support/dev-server';
import {
  API_KEYS,
  eventually,
  receivedCode,
  startService,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../support/service';

const [ALICE] = API_KEYS;
/** The maximum, so that few verifications reach the 100 failed codes that lock a number. */
const MAX_ATTEMPTS = 10;
const LOCKING_VERIFICATIONS = 10;
const UNKNOWN_ID = randomBytes(48).toString('base64url');
const FORGED_CAPABILITY = randomBytes(38).toString('base64url');

interface KnownNumber {
  readonly phoneNumber: string;
  /** The id of its last verification. A random id if the number is fresh. */
  readonly id: string;
}

let server: DevServer;
let service: Service;
/** The same service with a cool-down. `service` has no cool-down, so that it can lock a number quickly. */
let withCooldown: Service;
let numbers: Record<'fresh' | 'pending' | 'cooling down' | 'locked', KnownNumber>;

beforeAll(async () => {
  server = await connectDevServer();
  // The pending verification must outlive the locking, which takes half a minute.
  const policy = { maxAttempts: MAX_ATTEMPTS, windowMs: 600_000 };
  [service, withCooldown] = await Promise.all([
    startService({ ...server, policy, cooldownSeconds: [0] }),
    startService({ ...server, policy, cooldownSeconds: [3_600] }),
  ]);
  const [pending, cooldownRefusal, locked] = await Promise.all([
    startAndReceive(withCooldown),
    endUnsuccessfully(withCooldown),
    lock(),
  ]);
  numbers = {
    fresh: { phoneNumber: uniquePhoneNumber(), id: UNKNOWN_ID },
    pending,
    'cooling down': cooldownRefusal,
    locked,
  };
});

afterAll(async () => {
  await Promise.all([service.stop(), withCooldown.stop()]);
  await server.close();
});

async function startAndReceive({ app, sandbox }: Service, phoneNumber = uniquePhoneNumber()) {
  const earlier = sandbox.inbox(phoneNumber).length;
  const started = await app.inject(authorizedStart(phoneNumber));
  expect(started.statusCode).toBe(202);
  const { id } = started.json<{ id: string }>();
  await eventually(() => (sandbox.inbox(phoneNumber).length > earlier ? true : undefined));
  const code = await receivedCode(sandbox, phoneNumber);
  return { phoneNumber, id, code };
}

async function endUnsuccessfully(on: Service, known?: string): Promise<KnownNumber> {
  const { phoneNumber, id, code } = await startAndReceive(on, known);
  const by = { caller: 'alice', idempotencyKey: undefined };
  const wrong = wrongCodeFor(code);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) await on.verifications.check(id, wrong, by);
  // An unsuccessful run stays open for two seconds.
  const { workflowId, runId } = parseVerificationId(id) ?? { workflowId: '', runId: '' };
  await on.client.workflow.getHandle(workflowId, runId).result();
  return { phoneNumber, id };
}

async function lock(): Promise<KnownNumber> {
  let known = await endUnsuccessfully(service);
  for (let round = 2; round <= LOCKING_VERIFICATIONS; round++) {
    known = await endUnsuccessfully(service, known.phoneNumber);
  }
  return known;
}

function authorizedStart(phoneNumber: string): InjectOptions {
  const headers = { authorization: `Bearer ${ALICE}` };
  return { method: 'POST', url: '/verifications', headers, payload: { phoneNumber } };
}

/** All requests that an attacker without a key can send for a number, a known or guessed id, or a capability. */
function attemptsAt({ phoneNumber, id }: KnownNumber): InjectOptions[] {
  const code = { code: '0000' };
  const resource = `/verifications/${id}`;
  const management = ['/admin/extensions/DurableTaskExtension', '/runtime/webhooks/durabletask'];
  const instances = management.flatMap((prefix) =>
    ['', '?code=', `?code=${FORGED_CAPABILITY}`, `?code=${id}`].flatMap((query): InjectOptions[] => [
      { method: 'GET', url: `${prefix}/instances/${id}${query}` },
      {
        method: 'POST',
        url: `${prefix}/instances/${id}/raiseEvent/SmsChallengeResponse${query}`,
        payload: '0000',
      },
      { method: 'POST', url: `${prefix}/instances/${id}/raiseEvent/other${query}`, payload: 'x' },
      { method: 'POST', url: `${prefix}/instances/${id}/terminate${query}` },
    ]),
  );
  const starts = ['', '/api'].map((prefix): InjectOptions => ({
    method: 'POST',
    url: `${prefix}/orchestrators/E4_SmsPhoneVerification`,
    payload: JSON.stringify(phoneNumber),
  }));
  return [
    { method: 'POST', url: '/verifications', payload: { phoneNumber } },
    {
      method: 'POST',
      url: '/verifications',
      payload: { phoneNumber },
      headers: { authorization: 'Bearer guessed', 'idempotency-key': 'guessed' },
    },
    { method: 'GET', url: resource },
    { method: 'GET', url: resource, headers: { prefer: 'wait=1' } },
    { method: 'DELETE', url: resource },
    { method: 'POST', url: `${resource}/check`, payload: code },
    { method: 'POST', url: `${resource}/signal`, payload: code },
    { method: 'POST', url: `${resource}/resend` },
    { method: 'POST', url: `/webhooks/twilio/status?verification=${id}`, payload: { To: phoneNumber } },
    ...starts,
    ...instances,
  ];
}

/** Status, headers and body of all answers. */
async function answersTo(number: KnownNumber): Promise<string[]> {
  const answers = [];
  for (const attempt of attemptsAt(number)) {
    const { statusCode, headers, body } = await withCooldown.app.inject(attempt);
    const { date: _date, ...others } = headers;
    answers.push(JSON.stringify([statusCode, others, body]));
  }
  return answers;
}

test.each(['pending', 'cooling down', 'locked'] as const)(
  'without a key, the answers for a number that is %s are the same as for a fresh number, byte by byte',
  async (state) => {
    const answers = await answersTo(numbers[state]);
    expect(answers).toEqual(await answersTo(numbers.fresh));
    for (const answer of answers) expect(answer).toMatch(/^\[40[13],/);
  },
);

test.each([
  ['pending', 409, 'verification_in_progress'],
  ['cooling down', 429, 'phone_number_cooling_down'],
  ['locked', 429, 'phone_number_cooling_down'],
] as const)(
  'an authorized start for a number that is %s reveals only when the next start is allowed',
  async (state, status, code) => {
    const { phoneNumber, id } = numbers[state];
    const { statusCode, headers, body } = await withCooldown.app.inject(authorizedStart(phoneNumber));
    expect(statusCode).toBe(status);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(headers['location']).toBeUndefined();
    const fields: Record<string, unknown> = JSON.parse(body);
    expect(Object.keys(fields).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect(fields['code']).toBe(code);
    const answer = JSON.stringify([headers, body]);
    for (const secret of [id, phoneNumber, phoneNumber.slice(2), '/verifications/', 'http']) {
      expect(answer).not.toContain(secret);
    }
  },
);

test('a locked number stays locked even without cool-downs', async () => {
  const { statusCode, headers, body } = await service.app.inject(authorizedStart(numbers.locked.phoneNumber));
  expect(statusCode).toBe(429);
  expect(JSON.parse(body)).toMatchObject({ code: 'phone_number_cooling_down' });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
});
