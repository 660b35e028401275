import { EventEmitter, once } from 'node:events';
import twilio from 'twilio';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  OUTGOING,
  PHONE,
  SENDER,
  SERVICE_SID,
  clientOf,
  closeAll,
  startCallbackReceiver,
  startSandbox,
} from './support';

afterEach(closeAll);

test('sent and delivered are reported in this order, and not the first status', async () => {
  const sandbox = await startSandbox();
  const callbacks = await startCallbackReceiver();

  const { sid } = await clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });

  expect(await callbacks.until('delivered')).toEqual(['sent', 'delivered']);
  expect(callbacks.received[0]).toMatchObject({
    contentType: expect.stringMatching(/^application\/x-www-form-urlencoded/),
    parameters: {
      AccountSid: ACCOUNT_SID,
      ApiVersion: '2010-04-01',
      From: SENDER,
      MessageSid: sid,
      MessageStatus: 'sent',
      SmsSid: sid,
      SmsStatus: 'sent',
      To: PHONE,
    },
  });
});

test('a message of a messaging service is reported as well, with its sender as soon as it has one', async () => {
  const sandbox = await startSandbox();
  const callbacks = await startCallbackReceiver();

  await clientOf(sandbox).messages.create({
    to: PHONE,
    messagingServiceSid: SERVICE_SID,
    body: OUTGOING.body,
    statusCallback: callbacks.url,
  });

  expect(await callbacks.until('delivered')).toEqual(['queued', 'sent', 'delivered']);
  expect(callbacks.received.map(({ parameters }) => parameters['From'])).toEqual([undefined, SENDER, SENDER]);
  expect(callbacks.received[0]?.parameters).toMatchObject({ MessagingServiceSid: SERVICE_SID });
});

test('the official validator accepts every signature', async () => {
  const sandbox = await startSandbox();
  const callbacks = await startCallbackReceiver();

  await clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });
  await callbacks.until('delivered');

  for (const { signature, parameters } of callbacks.received) {
    expect(twilio.validateRequest(AUTH_TOKEN, signature, callbacks.url, parameters)).toBe(true);
    expect(twilio.validateRequest('another token', signature, callbacks.url, parameters)).toBe(false);
  }
});

test.each([30003, 30004, 30005, 30006, 30007, 30008] as const)(
  'a message that the carrier refuses ends undelivered with code %i and does not arrive',
  async (code) => {
    const sandbox = await startSandbox();
    const callbacks = await startCallbackReceiver();
    const { messages } = clientOf(sandbox);
    sandbox.failDelivery(PHONE, code);

    const { sid } = await messages.create({ ...OUTGOING, statusCallback: callbacks.url });

    expect(await callbacks.until('undelivered')).toEqual(['sent', 'undelivered']);
    expect(callbacks.received.map(({ parameters }) => parameters['ErrorCode'])).toEqual([
      undefined,
      String(code),
    ]);
    const message = await messages(sid).fetch();
    expect(message).toMatchObject({ status: 'undelivered', errorCode: code });
    expect(message.errorMessage).toEqual(expect.any(String));
    expect(sandbox.inbox(PHONE)).toEqual([]);
  },
);

test('an option makes numbers undeliverable', async () => {
  const sandbox = await startSandbox({ undeliverable: { [PHONE]: 30006 } });
  const callbacks = await startCallbackReceiver();
  await clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });
  expect(await callbacks.until('undelivered')).toContain('undelivered');
});

test('a message without a status callback is delivered as well', async () => {
  const sandbox = await startSandbox();
  const callbacks = await startCallbackReceiver();
  const { messages } = clientOf(sandbox);

  const silent = await messages.create(OUTGOING);
  await messages.create({ ...OUTGOING, statusCallback: callbacks.url });
  await callbacks.until('delivered');

  expect((await messages(silent.sid).fetch()).status).toBe('delivered');
  expect(callbacks.received).toHaveLength(2);
});

test('a refused callback is logged without number, code and path, and the message is delivered', async () => {
  const problems: string[] = [];
  const sandbox = await startSandbox({ report: (problem) => problems.push(problem) });
  const callbacks = await startCallbackReceiver(403);

  await clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });
  await callbacks.until('delivered');

  expect(problems[0]).toBe(`${new URL(callbacks.url).origin} answered a status callback with 403`);
});

test('a callback without an answer is logged', async () => {
  const problems = new EventEmitter();
  const sandbox = await startSandbox({ report: (problem) => problems.emit('problem', problem) });
  const reported = once(problems, 'problem');

  const unused = 'http://127.0.0.1:1/status?verification=42';
  await clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: unused });

  expect(await reported).toEqual(['http://127.0.0.1:1 did not answer a status callback']);
});
