import type { SmsSandbox } from '../../sandbox';
import {
  NEVER_MS,
  OTHER_PHONE,
  OUTGOING,
  PHONE,
  SENDER,
  authorization,
  clientOf,
  closeAll,
  messagesUrl,
  startCallbackReceiver,
  startSandbox,
} from './support';

let sandbox: SmsSandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(closeAll);

const send = (to = PHONE) => clientOf(sandbox).messages.create({ ...OUTGOING, to });
const bodies = (number = PHONE) => sandbox.inbox(number).map(({ body }) => body);

describe('a create call held when it is received', () => {
  test('is recorded and answered only once it is released', async () => {
    const hold = sandbox.hold('received', PHONE);
    const creation = send();
    await hold.arrival();
    expect(sandbox.requests).toMatchObject([{ kind: 'create', to: PHONE }]);
    expect(bodies()).toEqual([]);

    hold.release();

    await expect(creation).resolves.toMatchObject({ status: 'queued' });
    expect(bodies()).toEqual([OUTGOING.body]);
  });

  test('is recorded at its release although the caller gave up: the late request', async () => {
    const caller = new AbortController();
    const hold = sandbox.hold('received', PHONE);
    const creation = fetch(messagesUrl(sandbox), {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ To: PHONE, From: SENDER, Body: 'late' }),
      signal: caller.signal,
    });
    await hold.arrival();
    caller.abort();
    await expect(creation).rejects.toThrow('aborted');
    expect(bodies()).toEqual([]);

    hold.release();
    await send();

    expect(bodies()).toEqual([OUTGOING.body, 'late']);
  });

  test('leaves nothing behind when it is cut: the connection is reset', async () => {
    const hold = sandbox.hold('received', PHONE);
    const creation = send();
    await hold.arrival();

    hold.cut();

    await expect(creation).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bodies()).toEqual([]);
  });

  test('does not hold up other numbers, unless all are held', async () => {
    const one = sandbox.hold('received', PHONE);
    await send(OTHER_PHONE);
    expect(bodies(OTHER_PHONE)).toEqual([OUTGOING.body]);
    one.release();

    const all = sandbox.hold('received');
    const creations = [send(PHONE), send(OTHER_PHONE)];
    await all.arrival(2);
    all.release();
    await expect(Promise.all(creations)).resolves.toHaveLength(2);
  });

  test('holds nobody any more once released', async () => {
    const hold = sandbox.hold('received', PHONE);
    hold.release();
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });
});

describe('a create call held when it is recorded', () => {
  test('shows in inbox and list, and is answered only once it is released', async () => {
    const hold = sandbox.hold('recorded', PHONE);
    const creation = send();
    await hold.arrival();

    const listed = await clientOf(sandbox).messages.list({ to: PHONE });
    expect(listed.map(({ body }) => body)).toEqual([OUTGOING.body]);
    expect(bodies()).toEqual([OUTGOING.body]);

    hold.release();
    await expect(creation).resolves.toMatchObject({ sid: listed[0]?.sid, status: 'queued' });
  });

  test('has its callbacks before its answer', async () => {
    const callbacks = await startCallbackReceiver();
    const hold = sandbox.hold('recorded', PHONE);
    const creation = clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });

    await callbacks.until('delivered');
    hold.release();

    const { sid } = await creation;
    expect(callbacks.received[0]?.parameters['MessageSid']).toBe(sid);
  });

  test('leaves a message behind when it is cut', async () => {
    const hold = sandbox.hold('recorded', PHONE);
    const creation = send();
    await hold.arrival();

    hold.cut();

    await expect(creation).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bodies()).toEqual([OUTGOING.body]);
  });
});

describe('a denied create call', () => {
  const busy = { code: 20429, message: 'Too Many Requests', status: 429 };

  test('gets the answer that was chosen, once, and records nothing', async () => {
    sandbox.deny(PHONE, { status: 429, body: busy, headers: { 'retry-after': '2' } });

    await expect(send()).rejects.toMatchObject({ status: 429, code: 20429, message: 'Too Many Requests' });
    expect(bodies()).toEqual([]);
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });

  test('is denied as often as was chosen, for its number only', async () => {
    sandbox.deny(PHONE, { status: 503, body: '<h1>Service Unavailable</h1>', times: 2 });

    await expect(send()).rejects.toMatchObject({ status: 503 });
    await expect(send(OTHER_PHONE)).resolves.toMatchObject({ to: OTHER_PHONE });
    await expect(send()).rejects.toMatchObject({ status: 503 });
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });

  test('can have created its message all the same', async () => {
    sandbox.deny(PHONE, { status: 500, body: '', recorded: true });
    await expect(send()).rejects.toMatchObject({ status: 500 });
    expect(bodies()).toEqual([OUTGOING.body]);
  });
});

describe('difficulties of the real provider', () => {
  test('the list does not know a message for a while; inbox and fetch do', async () => {
    sandbox.settings.listLagMs = NEVER_MS;
    const { messages } = clientOf(sandbox);
    const { sid } = await send();

    expect(await messages.list({ to: PHONE })).toEqual([]);
    await expect(messages(sid).fetch()).resolves.toMatchObject({ sid });
    expect(bodies()).toEqual([OUTGOING.body]);

    sandbox.settings.listLagMs = 0;
    expect(await messages.list({ to: PHONE })).toHaveLength(1);
  });

  test('a trial account prefixes the body, everywhere', async () => {
    const trial = await startSandbox({ bodyPrefix: 'Sent from your Twilio trial account - ' });
    const message = await clientOf(trial).messages.create(OUTGOING);
    expect(message.body).toBe(`Sent from your Twilio trial account - ${OUTGOING.body}`);
    expect(trial.inbox(PHONE)[0]?.body).toBe(message.body);
  });

  test('the answer takes its time', async () => {
    sandbox.settings.answerDelayMs = 50;
    const before = performance.now();
    await send();
    expect(performance.now() - before).toBeGreaterThanOrEqual(49);
  });

  test('a message is on its way long before a late answer', async () => {
    const callbacks = await startCallbackReceiver();
    sandbox.settings.answerDelayMs = NEVER_MS;
    const creation = clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });
    const failure = creation.catch((error: { code: unknown }) => error.code);

    await callbacks.until('delivered');
    expect(bodies()).toEqual([OUTGOING.body]);

    await sandbox.close();
    expect(await failure).toBe('ECONNRESET');
  });
});

test('closing resets the calls that are held or delayed', async () => {
  sandbox.settings.answerDelayMs = NEVER_MS;
  const received = sandbox.hold('received', PHONE);
  const delayed = sandbox.hold('recorded', OTHER_PHONE);
  const creations = [send(PHONE), send(OTHER_PHONE)].map((creation) =>
    creation.catch((error: { code: unknown }) => error.code),
  );
  await Promise.all([received.arrival(), delayed.arrival()]);
  delayed.release();

  await sandbox.close();

  expect(await Promise.all(creations)).toEqual(['ECONNRESET', 'ECONNRESET']);
  expect(bodies(PHONE)).toEqual([]);
});
