import { workflowIdFor } from '../../../src/gateway/ids';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import {
  eventually,
  receivedCode,
  testDigests,
  uniquePhoneNumber,
  wrongCodeFor,
  type Service,
} from '../../support/service';
import { send, SERVICE_SID, startVerifyService, type RawAnswer } from '../../support/verify-service';

// Repeated and simultaneous requests.

const SIMULTANEOUS = 50;
/** Another API key of the same service. */
const OTHER_CALLER = [`SK${'d'.repeat(32)}`, 'the-secret-of-the-key'] as const;

let server: DevServer;
let service: Service;
let baseUrl: string;

beforeAll(async () => {
  server = await connectDevServer();
  const [username, password] = OTHER_CALLER;
  ({ service, baseUrl } = await startVerifyService(server, { apiKeys: { [username]: password } }));
});
afterAll(async () => {
  await service.stop();
  await server.close();
});

const keyReused = {
  status: 400,
  body: {
    code: 60200,
    message: 'Invalid parameter: Idempotency-Key. It was used for a request with other fields.',
  },
};

const withKey = (key: string | undefined) => ({
  headers: key === undefined ? {} : { 'idempotency-key': key },
});

function create(to: string, key?: string, more: Record<string, string> = {}) {
  const body = { To: to, Channel: 'sms', ...more };
  return send(baseUrl, `/v2/Services/${SERVICE_SID}/Verifications`, { body, ...withKey(key) });
}

function check(to: string, code: string, key?: string) {
  const body = { To: to, Code: code };
  return send(baseUrl, `/v2/Services/${SERVICE_SID}/VerificationCheck`, { body, ...withKey(key) });
}

const fetchOf = (to: string) => send(baseUrl, `/v2/Services/${SERVICE_SID}/Verifications/${to}`);
const messagesTo = (to: string) => service.sandbox.inbox(to);
const sends = ({ body }: RawAnswer) => (body['send_code_attempts'] as unknown[]).length;

/** Creates until the message before is no longer in flight. */
function createInTurn(to: string, key?: string): Promise<RawAnswer> {
  return eventually(async () => {
    const answer = await create(to, key);
    return answer.body['code'] === 60212 ? undefined : answer;
  });
}

async function startPending() {
  const to = uniquePhoneNumber();
  await create(to);
  const code = await receivedCode(service.sandbox, to);
  return { to, code, wrongCode: wrongCodeFor(code) };
}

/** How many messages were in flight at once, at most. */
async function mostInFlight(to: string): Promise<number> {
  const workflowId = workflowIdFor(testDigests.phoneNumber('shop', to));
  const { events } = await server.client.workflow.getHandle(workflowId).fetchHistory();
  let inFlight = 0;
  const counts = (events ?? []).map((event) => {
    if (event.activityTaskScheduledEventAttributes) inFlight += 1;
    if (event.activityTaskCompletedEventAttributes) inFlight -= 1;
    return inFlight;
  });
  return Math.max(...counts);
}

describe('a create with an Idempotency-Key', () => {
  test('that is repeated after a lost answer returns the same SID and sends nothing', async () => {
    const to = uniquePhoneNumber();
    const first = await create(to, 'first');
    for (let repeats = 0; repeats < 3; repeats++) {
      const repeat = await create(to, 'first');
      expect(repeat).toMatchObject({ status: 201, body: { sid: first.body['sid'] } });
      expect(sends(repeat)).toBe(1);
    }
    expect(messagesTo(to)).toHaveLength(1);
  });

  test('that joined sends once, however often it is repeated', async () => {
    const { to } = await startPending();
    const joined = await createInTurn(to, 'second');
    expect(sends(joined)).toBe(2);
    for (let repeats = 0; repeats < 3; repeats++)
      expect(await create(to, 'second')).toMatchObject({ status: 201, body: joined.body });
    const third = await createInTurn(to, 'third');
    expect(sends(third)).toBe(3);
    expect(await create(to, 'second')).toMatchObject({ status: 201 });
    expect(sends(await fetchOf(to))).toBe(3);
    await eventually(() => messagesTo(to).length === 3);
  });

  test('that joins while the first message is being sent sends nothing, also when it is repeated later', async () => {
    const to = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', to);
    const first = create(to);
    await hold.untilHeld();
    const joined = await create(to, 'early');
    expect(joined.status).toBe(201);
    expect(sends(joined)).toBe(1);
    hold.release();
    expect(await first).toMatchObject({ status: 201, body: { sid: joined.body['sid'] } });
    await receivedCode(service.sandbox, to);
    for (let repeats = 0; repeats < 2; repeats++)
      expect(await create(to, 'early')).toMatchObject({ status: 201, body: joined.body });
    expect(sends(await fetchOf(to))).toBe(1);
    expect(messagesTo(to)).toHaveLength(1);
    // Another key is another request.
    expect(sends(await createInTurn(to, 'late'))).toBe(2);
  });

  test('that joined and has other fields the second time is refused', async () => {
    const { to } = await startPending();
    const fields = { Locale: 'de', DeviceIp: '198.51.100.7' };
    const joined = await create(to, 'joined', fields);
    expect(joined.status).toBe(201);
    for (const other of [{ Locale: 'en' }, { DeviceIp: '198.51.100.8' }, { CustomFriendlyName: 'Blumen' }])
      expect(await create(to, 'joined', { ...fields, ...other })).toMatchObject(keyReused);
    expect(await create(to, 'joined', fields)).toMatchObject({ status: 201, body: joined.body });
    await eventually(() => messagesTo(to).length === 2);
  });

  test('that asks for another code or text the second time is refused', async () => {
    const to = uniquePhoneNumber();
    await create(to, 'same', { CustomCode: '123456' });
    expect(await create(to, 'same', { CustomCode: '654321' })).toMatchObject(keyReused);
    expect(await create(to, 'same', { CustomCode: '123456', Locale: 'de' })).toMatchObject(keyReused);
    expect(messagesTo(to)).toHaveLength(1);
  });

  test('that has a code of its own only once is refused', async () => {
    const [withCode, without] = [uniquePhoneNumber(), uniquePhoneNumber()];
    await create(withCode, 'same', { CustomCode: '123456' });
    expect(await create(withCode, 'same')).toMatchObject(keyReused);
    await create(without, 'same');
    expect(await create(without, 'same', { CustomCode: '123456' })).toMatchObject(keyReused);
  });

  test('starts another verification after the end of the first', async () => {
    const to = uniquePhoneNumber();
    const first = await create(to, 'again');
    await check(to, await receivedCode(service.sandbox, to));
    const next = await create(to, 'again');
    expect(next.status).toBe(201);
    expect(next.body['sid']).not.toBe(first.body['sid']);
  });
});

describe('a check with an Idempotency-Key', () => {
  test('that is repeated gives the first answer and costs no attempt', async () => {
    const { to, code, wrongCode } = await startPending();
    const first = await check(to, wrongCode, 'wrong');
    for (let repeats = 0; repeats < 10; repeats++) {
      const repeat = await check(to, wrongCode, 'wrong');
      expect(repeat).toMatchObject({ status: 200, body: first.body });
    }
    const right = await check(to, code, 'right');
    expect(right).toMatchObject({ status: 200, body: { status: 'approved', valid: true } });
    // Also after the end.
    expect(await check(to, code, 'right')).toMatchObject({ status: 200, body: right.body });
    expect(await check(to, wrongCode, 'wrong')).toMatchObject({ status: 200, body: first.body });
    expect(await check(to, code)).toMatchObject({ status: 404, body: { code: 20404 } });
  });

  test('that has another code the second time is refused', async () => {
    const { to, code, wrongCode } = await startPending();
    await check(to, wrongCode, 'key');
    expect(await check(to, code, 'key')).toMatchObject(keyReused);
    expect(await check(to, code)).toMatchObject({ body: { status: 'approved' } });
  });
});

test('the Idempotency-Key of another API key is another request', async () => {
  const { to, code, wrongCode } = await startPending();
  const byOther = (path: string, body: Record<string, string>) =>
    send(baseUrl, `/v2/Services/${SERVICE_SID}/${path}`, {
      credentials: OTHER_CALLER,
      body: { To: to, ...body },
      ...withKey('shared'),
    });
  expect(sends(await createInTurn(to, 'shared'))).toBe(2);
  await eventually(() => messagesTo(to).length === 2);
  expect(
    sends(
      await eventually(async () => {
        const answer = await byOther('Verifications', { Channel: 'sms' });
        return answer.body['code'] === 60212 ? undefined : answer;
      }),
    ),
  ).toBe(3);
  await check(to, wrongCode, 'shared');
  expect(await byOther('VerificationCheck', { Code: code })).toMatchObject({ body: { status: 'approved' } });
});

describe(`of ${SIMULTANEOUS} simultaneous`, () => {
  const all = (request: () => Promise<RawAnswer>) =>
    Promise.all(Array.from({ length: SIMULTANEOUS }, request));
  const withStatus = (answers: readonly RawAnswer[], status: number) =>
    answers.filter((answer) => answer.status === status);

  test('creates, all join one verification, and its messages follow one another', async () => {
    const to = uniquePhoneNumber();
    const answers = await all(() => create(to));
    const joined = withStatus(answers, 201);
    expect(joined.length).toBeGreaterThan(0);
    expect(new Set(joined.map(({ body }) => body['sid'])).size).toBe(1);
    const refused = withStatus(answers, 429);
    expect(answers.filter(({ status }) => status !== 201 && status !== 429)).toEqual([]);
    for (const { body } of refused) expect([60203, 60212]).toContain(body['code']);
    const count = sends(await fetchOf(to));
    expect(count).toBeLessThanOrEqual(5);
    await eventually(() => messagesTo(to).length === count);
    expect(new Set(messagesTo(to).map(({ body }) => body)).size).toBe(1);
    expect(await mostInFlight(to)).toBe(1);
  });

  test('creates with one Idempotency-Key, one sends', async () => {
    const to = uniquePhoneNumber();
    const answers = await all(() => create(to, 'race'));
    expect(withStatus(answers, 201)).toHaveLength(SIMULTANEOUS);
    expect(new Set(answers.map(({ body }) => body['sid'])).size).toBe(1);
    expect(sends(await fetchOf(to))).toBe(1);
    expect(messagesTo(to)).toHaveLength(1);
  });

  test('checks of a wrong code, five are judged', async () => {
    const { to, wrongCode } = await startPending();
    const answers = await all(() => check(to, wrongCode));
    const judged = withStatus(answers, 200);
    expect(judged).toHaveLength(5);
    for (const { body } of judged) expect(body).toMatchObject({ status: 'pending', valid: false });
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ body }) => body['code']))).toEqual(new Set([60202]));
    expect(refused).toHaveLength(SIMULTANEOUS - 5);
    expect(await fetchOf(to)).toMatchObject({ body: { status: 'max_attempts_reached' } });
  });

  test('checks of the right code, one is approved', async () => {
    const { to, code } = await startPending();
    const answers = await all(() => check(to, code));
    expect(withStatus(answers, 200)).toMatchObject([{ body: { status: 'approved', valid: true } }]);
    const gone = withStatus(answers, 404);
    expect(gone).toHaveLength(SIMULTANEOUS - 1);
    for (const { body } of gone) expect(body).toMatchObject({ code: 20404 });
  });
});
