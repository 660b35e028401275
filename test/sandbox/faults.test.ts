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

describe('a create call that is held when it is received', () => {
  test('is recorded and answered only after its release', async () => {
    const hold = sandbox.hold('received', PHONE);
    const creation = send();
    await hold.untilHeld();
    expect(sandbox.requests).toMatchObject([{ kind: 'create', to: PHONE }]);
    expect(bodies()).toEqual([]);

    hold.release();

    await expect(creation).resolves.toMatchObject({ status: 'queued' });
    expect(bodies()).toEqual([OUTGOING.body]);
  });

  test('is recorded at its release even if the client has closed the connection', async () => {
    const caller = new AbortController();
    const hold = sandbox.hold('received', PHONE);
    const creation = fetch(messagesUrl(sandbox), {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ To: PHONE, From: SENDER, Body: 'late' }),
      signal: caller.signal,
    });
    await hold.untilHeld();
    caller.abort();
    await expect(creation).rejects.toThrow('aborted');
    expect(bodies()).toEqual([]);

    hold.release();
    await send();

    expect(bodies()).toEqual([OUTGOING.body, 'late']);
  });

  test('leaves no message if it is disconnected', async () => {
    const hold = sandbox.hold('received', PHONE);
    const creation = send();
    await hold.untilHeld();

    hold.disconnect();

    await expect(creation).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bodies()).toEqual([]);
  });

  test('does not delay other numbers, unless all numbers are held', async () => {
    const one = sandbox.hold('received', PHONE);
    await send(OTHER_PHONE);
    expect(bodies(OTHER_PHONE)).toEqual([OUTGOING.body]);
    one.release();

    const all = sandbox.hold('received');
    const creations = [send(PHONE), send(OTHER_PHONE)];
    await all.untilHeld(2);
    all.release();
    await expect(Promise.all(creations)).resolves.toHaveLength(2);
  });

  test('does not delay later calls after its release', async () => {
    const hold = sandbox.hold('received', PHONE);
    hold.release();
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });
});

describe('a create call that is held when it is recorded', () => {
  test('has its message in the inbox and the list, and is answered only after its release', async () => {
    const hold = sandbox.hold('recorded', PHONE);
    const creation = send();
    await hold.untilHeld();

    const listed = await clientOf(sandbox).messages.list({ to: PHONE });
    expect(listed.map(({ body }) => body)).toEqual([OUTGOING.body]);
    expect(bodies()).toEqual([OUTGOING.body]);

    hold.release();
    await expect(creation).resolves.toMatchObject({ sid: listed[0]?.sid, status: 'queued' });
  });

  test('gets its callbacks before its answer', async () => {
    const callbacks = await startCallbackReceiver();
    const hold = sandbox.hold('recorded', PHONE);
    const creation = clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });

    await callbacks.until('delivered');
    hold.release();

    const { sid } = await creation;
    expect(callbacks.received[0]?.parameters['MessageSid']).toBe(sid);
  });

  test('leaves a message if it is disconnected', async () => {
    const hold = sandbox.hold('recorded', PHONE);
    const creation = send();
    await hold.untilHeld();

    hold.disconnect();

    await expect(creation).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bodies()).toEqual([OUTGOING.body]);
  });
});

describe('a create call with a stub answer', () => {
  const busy = { code: 20429, message: 'Too Many Requests', status: 429 };

  test('gets this answer once and records no message', async () => {
    sandbox.stubAnswer(PHONE, { status: 429, body: busy, headers: { 'retry-after': '2' } });

    await expect(send()).rejects.toMatchObject({ status: 429, code: 20429, message: 'Too Many Requests' });
    expect(bodies()).toEqual([]);
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });

  test('gets this answer the given number of times, for its number only', async () => {
    sandbox.stubAnswer(PHONE, { status: 503, body: '<h1>Service Unavailable</h1>', times: 2 });

    await expect(send()).rejects.toMatchObject({ status: 503 });
    await expect(send(OTHER_PHONE)).resolves.toMatchObject({ to: OTHER_PHONE });
    await expect(send()).rejects.toMatchObject({ status: 503 });
    await expect(send()).resolves.toMatchObject({ to: PHONE });
  });

  test('can record its message nevertheless', async () => {
    sandbox.stubAnswer(PHONE, { status: 500, body: '', recorded: true });
    await expect(send()).rejects.toMatchObject({ status: 500 });
    expect(bodies()).toEqual([OUTGOING.body]);
  });
});

describe('delays and other behaviour of the real provider', () => {
  test('a new message is missing in the list for a while, but not in the inbox and when it is fetched', async () => {
    sandbox.settings.listLagMs = NEVER_MS;
    const { messages } = clientOf(sandbox);
    const { sid } = await send();

    expect(await messages.list({ to: PHONE })).toEqual([]);
    await expect(messages(sid).fetch()).resolves.toMatchObject({ sid });
    expect(bodies()).toEqual([OUTGOING.body]);

    sandbox.settings.listLagMs = 0;
    expect(await messages.list({ to: PHONE })).toHaveLength(1);
  });

  test('with a trial account, every body has a prefix', async () => {
    const trial = await startSandbox({ bodyPrefix: 'Sent from your Twilio trial account - ' });
    const message = await clientOf(trial).messages.create(OUTGOING);
    expect(message.body).toBe(`Sent from your Twilio trial account - ${OUTGOING.body}`);
    expect(trial.inbox(PHONE)[0]?.body).toBe(message.body);
  });

  test('the answer can be delayed', async () => {
    sandbox.settings.answerDelayMs = 50;
    const before = performance.now();
    await send();
    expect(performance.now() - before).toBeGreaterThanOrEqual(49);
  });

  test('a message is delivered before a delayed answer', async () => {
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

test('close() resets the connections of held and delayed calls', async () => {
  sandbox.settings.answerDelayMs = NEVER_MS;
  const received = sandbox.hold('received', PHONE);
  const delayed = sandbox.hold('recorded', OTHER_PHONE);
  const creations = [send(PHONE), send(OTHER_PHONE)].map((creation) =>
    creation.catch((error: { code: unknown }) => error.code),
  );
  await Promise.all([received.untilHeld(), delayed.untilHeld()]);
  delayed.release();

  await sandbox.close();

  expect(await Promise.all(creations)).toEqual(['ECONNRESET', 'ECONNRESET']);
  expect(bodies(PHONE)).toEqual([]);
});
