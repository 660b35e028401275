import {
  ACCOUNT_SID,
  API_KEY,
  NEVER_MS,
  OUTGOING,
  PHONE,
  SENDER,
  SERVICE_SID,
  authorization,
  clientOf,
  closeAll,
  messagesUrl,
  startCallbackReceiver,
  startSandbox,
} from './support';

afterEach(closeAll);

describe('creating a message', () => {
  test('the official client gets the queued message', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });

    const before = Date.now();
    const message = await clientOf(sandbox).messages.create({ ...OUTGOING, validityPeriod: 90 });

    expect(message).toMatchObject({
      accountSid: ACCOUNT_SID,
      apiVersion: '2010-04-01',
      body: 'Your code is 0068.',
      dateSent: null,
      direction: 'outbound-api',
      errorCode: null,
      errorMessage: null,
      from: SENDER,
      messagingServiceSid: null,
      numMedia: '0',
      numSegments: '1',
      status: 'queued',
      to: PHONE,
    });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    // RFC 2822 has no milliseconds.
    expect(message.dateCreated.getTime()).toBeGreaterThan(before - 1_000);
    expect(message.dateCreated.getTime()).toBeLessThanOrEqual(Date.now());
    expect(message.dateUpdated).toEqual(message.dateCreated);
    expect(message.uri).toBe(`/2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${message.sid}.json`);
    expect(message.subresourceUris).toEqual({ media: message.uri.replace('.json', '/Media.json') });
  });

  test('the answer is 201 with RFC 2822 dates', async () => {
    const sandbox = await startSandbox();

    const answer = await clientOf(sandbox).messages.createWithHttpInfo(OUTGOING);
    const listed = await fetch(messagesUrl(sandbox), { headers: { authorization } });

    expect(answer.statusCode).toBe(201);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
    expect(await listed.text()).toMatch(/"date_created":"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000"/);
  });

  test('a message of a messaging service has no sender and no sent date before it is sent', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const { messages } = clientOf(sandbox);

    const created = await messages.create({
      to: PHONE,
      messagingServiceSid: SERVICE_SID,
      body: OUTGOING.body,
    });

    expect(created).toMatchObject({ status: 'accepted', messagingServiceSid: SERVICE_SID, numSegments: '0' });
    expect([created.from, created.dateSent]).toEqual([null, null]);
  });

  test('a sent message has its sender and its sent date', async () => {
    const sandbox = await startSandbox();
    const callbacks = await startCallbackReceiver();
    const { messages } = clientOf(sandbox);

    const request = { to: PHONE, messagingServiceSid: SERVICE_SID, body: OUTGOING.body };
    const { sid } = await messages.create({ ...request, statusCallback: callbacks.url });
    await callbacks.until('delivered');

    const message = await messages(sid).fetch();
    expect(message).toMatchObject({ status: 'delivered', from: SENDER, numSegments: '1' });
    expect(message.dateSent).toBeInstanceOf(Date);
  });

  test('two messages have different SIDs', async () => {
    const { messages } = clientOf(await startSandbox());
    const created = await Promise.all([messages.create(OUTGOING), messages.create(OUTGOING)]);
    expect(created[0].sid).not.toBe(created[1].sid);
  });
});

describe('fetching a message', () => {
  test('returns the created message', async () => {
    const { messages } = clientOf(await startSandbox({ statusStepMs: NEVER_MS }));
    const created = await messages.create(OUTGOING);
    const fetched = await messages(created.sid).fetch();
    expect(fetched.toJSON()).toEqual(created.toJSON());
  });

  test('an unknown SID gets 404 with code 20404', async () => {
    const { messages } = clientOf(await startSandbox());
    const unknown = `SM${'0'.repeat(32)}`;
    await expect(messages(unknown).fetch()).rejects.toMatchObject({
      status: 404,
      code: 20404,
      message: `The requested resource /2010-04-01/Accounts/${ACCOUNT_SID}/Messages/${unknown}.json was not found`,
      moreInfo: 'https://www.twilio.com/docs/errors/20404',
    });
  });
});

describe('credentials', () => {
  test('an API key is accepted', async () => {
    const sandbox = await startSandbox();
    const client = clientOf(sandbox, { username: API_KEY.sid, password: API_KEY.secret });
    await expect(client.messages.create(OUTGOING)).resolves.toMatchObject({ accountSid: ACCOUNT_SID });
  });

  test.each([
    ['a wrong auth token', { password: 'wrong' }],
    ['a wrong API key secret', { username: API_KEY.sid, password: 'wrong' }],
    ['an unknown API key', { username: 'SK1', password: API_KEY.secret }],
    ['another account', { accountSid: 'AC00000000000000000000000000000002' }],
  ])('with %s the answer is 401 with code 20003, and no message is created', async (_what, credentials) => {
    const sandbox = await startSandbox();
    const { messages } = clientOf(sandbox, credentials);

    await expect(messages.create(OUTGOING)).rejects.toMatchObject({ status: 401, code: 20003 });
    await expect(messages.list({ limit: 1 })).rejects.toMatchObject({ status: 401, code: 20003 });
    expect(sandbox.inbox(PHONE)).toEqual([]);
    expect(sandbox.requests).toEqual([]);
  });

  test('a request without credentials gets 401 with WWW-Authenticate', async () => {
    const answer = await fetch(messagesUrl(await startSandbox()));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Basic realm="Twilio API"');
    expect(await answer.json()).toEqual({
      code: 20003,
      message: 'Authenticate',
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    });
  });
});

test('requests lists all calls in order, each with its number', async () => {
  const sandbox = await startSandbox();
  const { messages } = clientOf(sandbox);

  await messages.list({ to: PHONE, limit: 5 });
  const { sid } = await messages.create(OUTGOING);
  await messages(sid).fetch();

  expect(sandbox.requests).toEqual([
    { kind: 'list', to: PHONE, at: expect.any(Number) },
    { kind: 'create', to: PHONE, at: expect.any(Number) },
    { kind: 'fetch', to: PHONE, at: expect.any(Number) },
  ]);
});
