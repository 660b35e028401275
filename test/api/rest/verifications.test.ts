import type { InjectOptions } from 'fastify';
import { SharedWaits } from '../../../src/gateway/state/shared-waits';
import { connectDevServer, type DevServer } from '../../support/dev-server';
import {
  API_KEYS,
  eventually,
  PUBLIC_URL,
  startService,
  uniquePhoneNumber,
  wrongCodeFor,
  receivedCode,
  type Service,
} from '../../support/service';

const [ALICE, BOB] = API_KEYS;

let server: DevServer;
let service: Service;

beforeAll(async () => {
  server = await connectDevServer();
  service = await startService({ ...server, policy: { resendIntervalMs: 0, maxResends: 1 } });
});

afterAll(async () => {
  await service.stop();
  await server.close();
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

async function call(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  options: InjectOptions = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${ALICE}`, ...options.headers };
  const response = await service.app.inject({ method, url, ...options, headers });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.body === '' ? {} : response.json(),
  };
}

const start = (phoneNumber: string, headers: Record<string, string> = {}) =>
  call('POST', '/verifications', { payload: { phoneNumber }, headers });

/** Starts a verification over HTTP and waits until it is pending. */
async function startPending(headers: Record<string, string> = {}) {
  const phoneNumber = uniquePhoneNumber();
  const { body } = await start(phoneNumber, headers);
  const path = `/verifications/${String(body['id'])}`;
  await eventually(async () => ((await call('GET', path)).body['status'] === 'pending' ? true : undefined));
  const code = await receivedCode(service.sandbox, phoneNumber);
  return { phoneNumber, path, code, wrongCode: wrongCodeFor(code), id: String(body['id']) };
}

describe('a start', () => {
  test('has the path of PUBLIC_URL in its Location, if there is one', async () => {
    const publicUrl = 'https://example.com/sms';
    const behindPath = await startService({ ...server, withWorker: false, publicUrl });
    const response = await behindPath.app.inject({
      method: 'POST',
      url: '/verifications',
      headers: { authorization: `Bearer ${ALICE}` },
      payload: { phoneNumber: uniquePhoneNumber() },
    });
    const { id, links } = response.json<{ id: string; links: { self: string } }>();
    expect(response.headers.location).toBe(`/sms/verifications/${id}`);
    expect(links.self).toBe(`https://example.com/sms/verifications/${id}`);
    await behindPath.stop();
  });

  test('gets 202 with the resource and its Location', async () => {
    const phoneNumber = uniquePhoneNumber();
    const { status, headers, body } = await start(phoneNumber);
    const id = String(body['id']);
    expect(status).toBe(202);
    expect(id).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(headers['location']).toBe(`/verifications/${id}`);
    const self = `${PUBLIC_URL}/verifications/${id}`;
    expect(body).toEqual({
      id,
      phoneNumber,
      status: 'sending',
      attemptsRemaining: 4,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expiresAt: null,
      endedAt: null,
      error: null,
      links: {
        self,
        check: `${self}/check`,
        signal: `${self}/signal`,
        resend: `${self}/resend`,
        cancel: self,
      },
    });
  });

  test.each([
    ['a national number', { phoneNumber: '4255550123' }, 'invalid_phone_number'],
    ['a number instead of a string', { phoneNumber: 14255550123 }, 'invalid_request'],
    ['no number', {}, 'invalid_request'],
    ['an unknown field', { phoneNumber: '+14255550123', channel: 'sms' }, 'invalid_request'],
  ])('with %s is refused', async (_case, payload, code) => {
    const { status, headers, body } = await call('POST', '/verifications', { payload });
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({ status: 400, code, type: 'about:blank', title: 'Bad Request' });
  });

  test.each(['4255550123', '+142555501234567'])(
    'with the number %s says what to check',
    async (phoneNumber) => {
      expect((await start(phoneNumber)).body).toMatchObject({
        code: 'invalid_phone_number',
        detail:
          'This is not a valid phone number. Check its digits, and send it in international E.164 format, for example ' +
          '+14255550123.',
      });
    },
  );

  test.each([
    ['plain text', 'text/plain', 'phoneNumber'],
    ['a form', 'application/x-www-form-urlencoded', 'phoneNumber=x'],
    ['broken JSON', 'application/json', '{"phoneNumber":'],
    ['nothing', 'application/json', ''],
    ['too much', 'application/json', JSON.stringify({ phoneNumber: 'x'.repeat(5_000) })],
  ])('with %s as its body is refused', async (what, contentType, payload) => {
    const { status, body } = await call('POST', '/verifications', {
      payload,
      headers: { 'content-type': contentType },
    });
    expect(status).toBe(what === 'too much' ? 413 : 400);
    const detail = contentType === 'application/json' ? /./ : /^Send JSON/;
    expect(body).toMatchObject({ code: 'invalid_request', detail: expect.stringMatching(detail) as unknown });
  });

  test('ten times at once with one Idempotency-Key leads to one message and one id', async () => {
    const phoneNumber = uniquePhoneNumber();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => start(phoneNumber, { 'idempotency-key': 'once' })),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    await receivedCode(service.sandbox, phoneNumber);
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });

  test('right after an unsuccessful end waits until the old run has closed', async () => {
    const { phoneNumber, path } = await startPending();
    expect((await call('DELETE', path)).body).toMatchObject({ status: 'canceled' });
    expect((await start(phoneNumber)).status).toBe(202);
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
  });

  test('ten times at once without a key leads to one message, and nine get only a Retry-After', async () => {
    const phoneNumber = uniquePhoneNumber();
    const answers = await Promise.all(Array.from({ length: 10 }, () => start(phoneNumber)));
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(9);
    for (const { headers, body } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(150);
      expect(Object.keys(body).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type']);
      expect(body['code']).toBe('verification_in_progress');
    }
    await receivedCode(service.sandbox, phoneNumber);
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });

  test('while a message is being sent gets the longest time to send it and the window as Retry-After', async () => {
    const phoneNumber = uniquePhoneNumber();
    const hold = service.sandbox.hold('received', phoneNumber);
    await start(phoneNumber);
    await hold.untilHeld();
    const { status, headers } = await start(phoneNumber);
    expect(status).toBe(409);
    expect(Number(headers['retry-after'])).toBeGreaterThan(90);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(120);
    hold.release();
  });

  test('with the same Idempotency-Key does not return another caller’s verification', async () => {
    const { phoneNumber } = await startPending({ 'idempotency-key': 'mine' });
    const { status } = await start(phoneNumber, {
      authorization: `Bearer ${BOB}`,
      'idempotency-key': 'mine',
    });
    expect(status).toBe(409);
  });

  test('repeated with its key returns the open verification, and after the end starts a new one', async () => {
    const key = { 'idempotency-key': 'again' };
    const { phoneNumber, path, id } = await startPending(key);
    expect(await start(phoneNumber, key)).toMatchObject({ status: 200, body: { id, status: 'pending' } });
    await call('DELETE', path);
    // The run stays open for up to 2 s after its end. The start waits for that.
    const next = await start(phoneNumber, key);
    expect(next).toMatchObject({ status: 202, body: { status: 'sending' } });
    expect(next.body['id']).not.toBe(id);
  });
});

describe('a check', () => {
  test('of the right code verifies the number; spaces and hyphens are ignored', async () => {
    const { path, code } = await startPending();
    const spaced = ` ${code.slice(0, 2)}-${code.slice(2)} `;
    expect(await call('POST', `${path}/check`, { payload: { code: spaced } })).toMatchObject({
      status: 200,
      body: { verified: true, status: 'verified', attemptsRemaining: 3, endedAt: expect.any(String) },
    });
    expect((await call('GET', path)).body).toMatchObject({ status: 'verified' });
  });

  test('of a wrong code gets 200 and uses an attempt', async () => {
    const { path, wrongCode } = await startPending();
    expect(await call('POST', `${path}/check`, { payload: { code: wrongCode } })).toMatchObject({
      status: 200,
      body: { verified: false, status: 'pending', attemptsRemaining: 3 },
    });
  });

  test.each([
    ['too short', '123', 'invalid_code'],
    ['letters', 'abcd', 'invalid_code'],
    ['empty', '', 'invalid_code'],
    ['a number', 2168, 'invalid_request'],
  ])('of a code that is %s uses no attempt', async (_case, code, expected) => {
    const { path } = await startPending();
    expect(await call('POST', `${path}/check`, { payload: { code } })).toMatchObject({
      status: 400,
      body: { code: expected },
    });
    expect((await call('GET', path)).body).toMatchObject({ attemptsRemaining: 4 });
  });

  test('with a known Idempotency-Key returns the first answer and uses no attempt, also after the end', async () => {
    const { path, code, wrongCode } = await startPending();
    const check = (key: string, payloadCode: string) =>
      call('POST', `${path}/check`, { payload: { code: payloadCode }, headers: { 'idempotency-key': key } });
    const first = await check('first', wrongCode);
    expect(await check('first', wrongCode)).toMatchObject({ status: 200, body: first.body });
    expect(await check('first', code)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    const second = await check('second', code);
    expect(second.body).toMatchObject({ verified: true, attemptsRemaining: 2 });
    expect(await check('first', wrongCode)).toMatchObject({ status: 200, body: first.body });
    expect(await check('second', code)).toMatchObject({ status: 200, body: second.body });
  });

  test('with the Idempotency-Key of another caller is another check', async () => {
    const { path, wrongCode } = await startPending();
    const checkBy = (apiKey: string) =>
      call('POST', `${path}/check`, {
        payload: { code: wrongCode },
        headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': 'shared' },
      });
    expect((await checkBy(ALICE)).body).toMatchObject({ attemptsRemaining: 3 });
    expect((await checkBy(BOB)).body).toMatchObject({ attemptsRemaining: 2 });
  });

  test('after the end gets 410 with the final status', async () => {
    const { path, code } = await startPending();
    await call('DELETE', path);
    for (const action of ['check', 'signal']) {
      expect(await call('POST', `${path}/${action}`, { payload: { code } })).toMatchObject({
        status: 410,
        body: { code: 'verification_ended', verificationStatus: 'canceled' },
      });
    }
    expect(await call('POST', `${path}/resend`)).toMatchObject({ status: 410 });
  });
});

test('a signal gets 202 with an empty body, and its code is judged', async () => {
  const { path, code } = await startPending();
  expect(await call('POST', `${path}/signal`, { payload: { code } })).toMatchObject({
    status: 202,
    body: {},
  });
  const ended = await call('GET', path, { headers: { prefer: 'wait=10' } });
  expect(ended.headers['preference-applied']).toBe('wait=10');
  expect(ended.body).toMatchObject({ status: 'verified' });
});

describe('a GET', () => {
  test('with Prefer: wait answers as soon as the verification ends', async () => {
    const { path, code } = await startPending();
    const answer = call('GET', path, { headers: { prefer: 'wait=20' } });
    await call('POST', `${path}/check`, { payload: { code } });
    expect((await answer).body).toMatchObject({ status: 'verified' });
  });

  test('with Prefer: wait returns the current state when the wait is over', async () => {
    const { path } = await startPending();
    const answer = await call('GET', path, { headers: { prefer: 'wait=1' } });
    expect(answer).toMatchObject({ status: 200, body: { status: 'pending' } });
    expect(answer.headers['preference-applied']).toBe('wait=1');
  });

  test('without a wait, as too many others wait, does not say that it waited', async () => {
    const { path } = await startPending();
    jest.spyOn(SharedWaits.prototype, 'mayWait').mockReturnValue(false);
    const get = () => call('GET', path, { headers: { prefer: 'wait=10' } });
    const open = await get();
    await call('DELETE', path);
    const ended = await get();
    jest.restoreAllMocks();

    expect(open).toMatchObject({ status: 200, body: { status: 'pending' } });
    expect(open.headers).not.toHaveProperty('preference-applied');
    expect(ended).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect(ended.headers['preference-applied']).toBe('wait=10');
  });

  test('whose wait is aborted, as when the API stops, returns the current state', async () => {
    const { id } = await startPending();
    const wait = { waitMs: 60_000, signal: AbortSignal.abort() };
    expect(await service.verifications.waitForEnd(id, wait)).toMatchObject({
      verification: { status: 'pending' },
      isWaitApplied: false,
    });
  });

  test.each(['x', 'A'.repeat(64), '..%2F..%2Fetc'])('of /verifications/%s gets 404', async (id) => {
    expect(await call('GET', `/verifications/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  test('needs the secret part of the id: the run alone is not enough to find, check or cancel it', async () => {
    const { path, code } = await startPending();
    const guess = `${path.slice(0, -20)}${'A'.repeat(20)}`;
    const answers = [
      await call('GET', guess),
      await call('POST', `${guess}/check`, { payload: { code } }),
      await call('POST', `${guess}/signal`, { payload: { code } }),
      await call('POST', `${guess}/resend`),
      await call('DELETE', guess),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
    expect((await call('GET', path)).body).toMatchObject({ status: 'pending', attemptsRemaining: 4 });
  });

  test('of a run that an operator terminated returns canceled', async () => {
    const { path, id, phoneNumber } = await startPending();
    const workflowId = `phone-verification:${Buffer.from(id, 'base64url').toString('hex', 0, 16)}`;
    await server.client.workflow.getHandle(workflowId).terminate('operator');
    expect((await call('GET', path)).body).toMatchObject({
      status: 'canceled',
      phoneNumber,
      attemptsRemaining: 0,
    });
  });
});

describe('a resend', () => {
  test('sends the same code again, until the limit is reached', async () => {
    const { path, phoneNumber, code } = await startPending();
    expect(
      await call('POST', `${path}/resend`, { headers: { 'content-type': 'application/json' } }),
    ).toMatchObject({
      status: 202,
      body: { status: 'pending', attemptsRemaining: 4 },
    });
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
    expect(service.sandbox.inbox(phoneNumber).map(({ body }) => body)).toEqual([
      `Your code is ${code}.`,
      `Your code is ${code}.`,
    ]);
    expect(await call('POST', `${path}/resend`)).toMatchObject({
      status: 429,
      body: { code: 'resend_limit_reached' },
    });
  });

  test('with an Idempotency-Key sends one message, however often it is repeated', async () => {
    const { path, phoneNumber } = await startPending();
    const resend = (key: string) => call('POST', `${path}/resend`, { headers: { 'idempotency-key': key } });
    const first = await resend('one');
    expect(first).toMatchObject({ status: 202, body: { status: 'pending' } });
    await eventually(() => service.sandbox.inbox(phoneNumber)[1]);
    expect(await resend('one')).toMatchObject({ status: 202, body: first.body });
    expect(await resend('two')).toMatchObject({ status: 429, body: { code: 'resend_limit_reached' } });
    const ofBob = { authorization: `Bearer ${BOB}`, 'idempotency-key': 'one' };
    expect(await call('POST', `${path}/resend`, { headers: ofBob })).toMatchObject({ status: 429 });
    await call('DELETE', path);
    expect(await resend('one')).toMatchObject({ status: 202, body: first.body });
    expect(await resend('two')).toMatchObject({ status: 410 });
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(2);
  });

  test('has an Idempotency-Key of 1 to 255 characters', async () => {
    const { path } = await startPending();
    for (const key of ['', 'x'.repeat(256)])
      expect(await call('POST', `${path}/resend`, { headers: { 'idempotency-key': key } })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
  });
});

describe('a resend and a DELETE take no body:', () => {
  const json = { 'content-type': 'application/json' };

  test.each([
    ['a field', { payload: { x: 1 } }],
    ['null', { payload: 'null', headers: json }],
    ['an array', { payload: '[]', headers: json }],
    ['an empty string in JSON', { payload: '""', headers: json }],
    ['plain text', { payload: 'x', headers: { 'content-type': 'text/plain' } }],
  ])('one with %s gets 400 and changes nothing', async (_case, body) => {
    const { path, phoneNumber } = await startPending();
    for (const answer of [await call('POST', `${path}/resend`, body), await call('DELETE', path, body)])
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await call('GET', path)).body).toMatchObject({ status: 'pending' });
    expect(service.sandbox.inbox(phoneNumber)).toHaveLength(1);
  });

  test.each([
    ['an empty object', { payload: {} }],
    ['an empty body that is called JSON', { headers: json }],
    ['an empty body that is called plain text', { headers: { 'content-type': 'text/plain' } }],
    ['an empty body without a type', { headers: { 'content-length': '0' } }],
  ])('one with %s is accepted', async (_case, body) => {
    const { path } = await startPending();
    expect(await call('POST', `${path}/resend`, body)).toMatchObject({ status: 202 });
    expect(await call('DELETE', path, body)).toMatchObject({ status: 200, body: { status: 'canceled' } });
  });
});

test('a DELETE cancels, and returns the final state when repeated', async () => {
  const { path } = await startPending();
  const canceled = await call('DELETE', path);
  expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled', endedAt: expect.any(String) } });
  expect(await call('DELETE', path)).toMatchObject({ status: 200, body: canceled.body });
});

describe('a number', () => {
  test('cools down after two unsuccessful verifications, and Retry-After has the remaining time', async () => {
    const phoneNumber = uniquePhoneNumber();
    const startAgain = () =>
      eventually(async () => {
        const answer = await start(phoneNumber);
        return answer.status === 409 ? undefined : answer;
      });
    for (let round = 1; round <= 2; round++) {
      const { status, body } = await startAgain();
      expect(status).toBe(202);
      await eventually(() => service.sandbox.inbox(phoneNumber)[round - 1]);
      await call('DELETE', `/verifications/${String(body['id'])}`);
    }
    const { status, headers, body } = await startAgain();
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: 'phone_number_cooling_down' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(20);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(30);
  });

  test('that was verified has no cool-down', async () => {
    const phoneNumber = uniquePhoneNumber();
    for (let round = 1; round <= 3; round++) {
      const started = await eventually(async () => {
        const answer = await start(phoneNumber);
        return answer.status === 202 ? answer : undefined;
      });
      await eventually(() => service.sandbox.inbox(phoneNumber)[round - 1]);
      const code = await receivedCode(service.sandbox, phoneNumber);
      const path = `/verifications/${String(started.body['id'])}`;
      expect((await call('POST', `${path}/check`, { payload: { code } })).body).toMatchObject({
        verified: true,
      });
    }
  });
});

describe('a caller', () => {
  test.each([
    ['without a key', {}],
    ['with a wrong key', { authorization: 'Bearer nobody' }],
    ['with another scheme', { authorization: `Basic ${ALICE}` }],
    ['with two keys in one', { authorization: `Bearer ${ALICE} ${BOB}` }],
  ])('%s gets 401 before anything else is checked', async (_case, headers) => {
    const response = await service.app.inject({
      method: 'POST',
      url: '/verifications',
      headers,
      payload: '{',
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json()).toMatchObject({ code: 'unauthorized' });
  });
});

test('health and readiness need no key', async () => {
  for (const url of ['/healthz', '/readyz']) {
    const response = await service.app.inject({ method: 'GET', url });
    expect(response.statusCode).toBe(200);
  }
});

test('an unknown path gets a problem', async () => {
  expect(await call('GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 'not_found' } });
});
