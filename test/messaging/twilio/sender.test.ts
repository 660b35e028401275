import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { freePort, LOOPBACK } from '../../../harness/ports';
import type { MessageSender } from '../../../src/messaging/sender';
import { createTwilioSender } from '../../../src/messaging/twilio/sender';

const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
const AUTH_TOKEN = 'f00dfeed';
const TO = '+14255550123';
const BODY = 'Your code is 2168.';
const { signal } = new AbortController();

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

const senderAt = (apiUrl: string): MessageSender =>
  createTwilioSender({
    accountSid: ACCOUNT_SID,
    username: ACCOUNT_SID,
    password: AUTH_TOKEN,
    apiUrl,
  });

/** A sender whose provider handles every call with `listener`. */
async function senderTo(listener: RequestListener): Promise<{ sender: MessageSender; host: string }> {
  server = createServer(listener);
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const host = `${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return { sender: senderAt(`http://${host}`), host };
}

const answering =
  (status: number, body: string | object, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };
const twilioError = (status: number, code: number) =>
  answering(status, { code, status, message: `Error for ${TO}: ${BODY}`, more_info: `https://x/${TO}` });

const send = (sender: MessageSender) =>
  sender.send(
    { to: TO, sender: { from: '+15005550006' }, body: BODY, validityMs: 90_000, reportUrl: undefined },
    signal,
  );
const find = (sender: MessageSender) =>
  sender.find({ to: TO, code: '2168', createdSince: 0, knownSids: [] }, signal);

describe('without a connection no message is created, and the reason names the error and the host', () => {
  test('when nothing listens on the port', async () => {
    const host = `${LOOPBACK}:${await freePort()}`;
    const reason = `ECONNREFUSED at ${host}`;
    expect(await send(senderAt(`http://${host}`))).toEqual({
      result: 'not_created',
      reason,
      retryAfterMs: undefined,
    });
    expect(await find(senderAt(`http://${host}`))).toEqual({ result: 'unknown', reason });
    expect(await senderAt(`http://${host}`).checkAccess(signal)).toEqual({ result: 'unknown', reason });
  });

  test('when a host name has several addresses', async () => {
    const host = `localhost:${await freePort()}`;
    expect(await send(senderAt(`http://${host}`))).toMatchObject({ reason: `ECONNREFUSED at ${host}` });
  });

  test('when the host is not known', async () => {
    const { result, reason } = { reason: '', ...(await send(senderAt('https://api.provider.invalid'))) };
    expect(result).toBe('not_created');
    expect(reason).toMatch(/^(ENOTFOUND|EAI_AGAIN) at api\.provider\.invalid:443$/);
  });

  test('when the host has a long name, which stays as it is', async () => {
    const { reason } = {
      reason: '',
      ...(await send(senderAt('http://sandbox-0.sandbox.verify.svc.cluster.invalid'))),
    };
    expect(reason).toMatch(/^(ENOTFOUND|EAI_AGAIN) at sandbox-0\.sandbox\.verify\.svc\.cluster\.invalid:80$/);
  });

  test('when the server does not speak TLS', async () => {
    const { host } = await senderTo(answering(200, {}));
    expect(await send(senderAt(`https://${host}`))).toMatchObject({
      result: 'not_created',
      reason: expect.stringMatching(new RegExp(`^[A-Z_]+ at ${host}$`)),
    });
  });
});

test('after 429, no message was created, and the result has the time to wait', async () => {
  const { sender, host } = await senderTo(answering(429, 'Slow down', { 'retry-after': '3' }));
  expect(await send(sender)).toEqual({
    result: 'not_created',
    reason: `HTTP 429 from ${host}`,
    retryAfterMs: 3_000,
  });
});

describe('it is unknown whether a message was created, and the reason names the problem and the host', () => {
  test.each([
    [503, `<html>${TO} ${BODY}</html>`, 'HTTP 503 from'],
    [500, { code: 20500, message: TO }, 'HTTP 500 from'],
    [403, '<html>A proxy’s page</html>', 'HTTP 403 from'],
    [404, { code: 5, message: 'Not Found', details: [] }, 'HTTP 404 from'],
    [403, { code: 403, message: 'Forbidden' }, 'HTTP 403 from'],
    [400, { type: 'about:blank', title: 'Bad Request', status: 400, code: 0 }, 'HTTP 400 from'],
    [302, '', 'HTTP 302 from'],
    [201, '{"sid":"SM', 'an unreadable answer (HTTP 201) from'],
    [200, { welcome: 'to this hotel' }, 'an unreadable answer (HTTP 200) from'],
    [200, { errors: ['Try again later.'] }, 'an unreadable answer (HTTP 200) from'],
    [200, { sid: '' }, 'an unreadable answer (HTTP 200) from'],
  ])('after %i %j', async (status, body, reason) => {
    const { sender, host } = await senderTo(answering(status, body));
    expect(await send(sender)).toEqual({ result: 'unknown', reason: `${reason} ${host}` });
    expect(await find(sender)).toEqual({
      result: 'unknown',
      reason: `${reason} ${host}`,
    });
  });

  test.each([
    ['none', null],
    ['one that is too long', `SM${'0'.repeat(100_000)}`],
    ['one with a line break', 'SM\n0'],
  ])('if the message has no usable SID: %s', async (_case, sid) => {
    const message = { sid, body: BODY, date_created: 'Mon, 23 Nov 2026 10:00:00 +0000' };
    const { sender, host } = await senderTo(answering(200, { ...message, messages: [message] }));
    const unreadable = { result: 'unknown', reason: `an unreadable answer (HTTP 200) from ${host}` };
    expect(await send(sender)).toEqual(unreadable);
    expect(await find(sender)).toEqual(unreadable);
  });

  test('when the connection is closed before the answer', async () => {
    const { sender, host } = await senderTo((request) => request.socket.resetAndDestroy());
    expect(await send(sender)).toEqual({
      result: 'unknown',
      reason: expect.stringMatching(new RegExp(`^(ECONNRESET|UND_ERR_SOCKET) at ${host}$`)),
    });
  });

  test('when there is no answer', async () => {
    const { sender, host } = await senderTo(() => {});
    expect(await send(sender)).toEqual({ result: 'unknown', reason: `no answer in 4 s from ${host}` });
  });
});

describe('an answer that does not end', () => {
  const MIB = 1024 * 1024;
  const CHUNK = Buffer.alloc(MIB / 16, ' ');

  test('is given up after 1 MiB', async () => {
    let sentBytes = 0;
    const { sender, host } = await senderTo((_request, response) => {
      response.writeHead(200);
      // At most 64 MiB, so that a client that reads everything ends, too.
      const write = () => {
        while (!response.destroyed && sentBytes < 64 * MIB) {
          sentBytes += CHUNK.length;
          if (!response.write(CHUNK)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const reason = `an answer of more than 1 MiB from ${host}`;
    expect(await send(sender)).toEqual({ result: 'unknown', reason });
    // What the sockets buffer is sent, too.
    expect(sentBytes).toBeLessThan(16 * MIB);
    expect(await find(sender)).toEqual({ result: 'unknown', reason });
    expect(await sender.checkAccess(signal)).toEqual({ result: 'unknown', reason });
  });

  test('takes little memory, although it comes in chunks of one byte', async () => {
    const chunks = '1\r\n \r\n'.repeat(8_192);
    const { sender } = await senderTo(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const write = () => {
        while (!socket.destroyed) if (!socket.write(chunks)) return void socket.once('drain', write);
      };
      write();
    });
    const before = process.memoryUsage.rss();
    let peak = before;
    const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
    const results = await Promise.all(Array.from({ length: 10 }, () => send(sender)));
    clearInterval(sampling);
    expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['unknown']));
    expect(peak - before).toBeLessThan(300 * MIB);
  });

  test('is read if it is a page of long messages', async () => {
    const body = '\u{1F511}'.repeat(800).replaceAll(/./gsu, '\\ud83d\\udd11');
    const message = `{"sid":"SM1","body":"${body}","date_created":"Mon, 23 Nov 2026 10:00:00 +0000"}`;
    const page = `{"messages":[${Array.from({ length: 50 }, () => message).join()}]}`;
    const { sender } = await senderTo(answering(200, page));
    expect(await find(sender)).toEqual({ result: 'absent' });
  });

  test('is given up after the time for one call if it comes slowly, although garbage is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { sender, host } = await senderTo((_request, response) => {
      response.writeHead(200);
      const slowly = setInterval(() => {
        collectGarbage();
        response.write(' ');
      }, 500);
      response.once('close', () => clearInterval(slowly));
    });
    const reason = `no complete answer in 6 s from ${host}`;
    expect(await send(sender)).toEqual({ result: 'unknown', reason });
  }, 15_000);

  test('is given up after the time for one call if it is a list with always one more page', async () => {
    const { sender, host } = await senderTo((_request, response) =>
      setTimeout(() => response.end(JSON.stringify({ messages: [], next_page_uri: '/more.json' })), 50),
    );
    const reason = `no complete answer in 6 s from ${host}`;
    expect(await find(sender)).toEqual({ result: 'unknown', reason });
  }, 15_000);
});

test.each([
  [0, '1'],
  [1_499, '1'],
  [90_000, '90'],
  [36_000_000, '36000'],
  [86_400_000, '36000'],
])('a message that is valid for %i ms has a validity period of %s seconds', async (validityMs, seconds) => {
  let form = '';
  const { sender } = await senderTo((request, response) => {
    request.on('data', (chunk) => (form += String(chunk)));
    request.on('end', () => answering(201, { sid: 'SM1' })(request, response));
  });
  await sender.send(
    { to: TO, sender: { from: '+15005550006' }, body: BODY, validityMs, reportUrl: undefined },
    signal,
  );
  expect(new URLSearchParams(form).get('ValidityPeriod')).toBe(seconds);
});

test('a search takes the message that was sent, and not the copy that a number of the same account received', async () => {
  const message = { body: BODY, date_created: 'Mon, 23 Nov 2026 10:00:00 +0000' };
  const received = { ...message, sid: 'SM2', direction: 'inbound' };
  const sent = { ...message, sid: 'SM1', direction: 'outbound-api' };
  const { sender } = await senderTo(answering(200, { messages: [received, sent] }));
  const search = { to: TO, code: '2168', createdSince: 0 };
  expect(await sender.find({ ...search, knownSids: [] }, signal)).toEqual({ result: 'found', sid: 'SM1' });
  expect(await sender.find({ ...search, knownSids: ['SM1'] }, signal)).toEqual({ result: 'absent' });
});

test.each([
  ['has a longer number that begins with the code', { body: 'Your code is 21685.' }],
  ['has a longer number that ends with the code', { body: 'Your code is 52168.' }],
  ['is older than the search allows', { date_created: 'Mon, 23 Nov 2026 09:59:59 +0000' }],
])('a search does not take a message that %s', async (_case, difference) => {
  const sent = { sid: 'SM1', body: BODY, date_created: 'Mon, 23 Nov 2026 10:00:00 +0000' };
  const other = { ...sent, sid: 'SM2', ...difference };
  const { sender } = await senderTo(answering(200, { messages: [other, sent] }));
  const search = { to: TO, code: '2168', createdSince: Date.parse('2026-11-23T10:00:00Z') };
  expect(await sender.find({ ...search, knownSids: [] }, signal)).toEqual({ result: 'found', sid: 'SM1' });
  expect(await sender.find({ ...search, knownSids: ['SM1'] }, signal)).toEqual({ result: 'absent' });
});

test.each([
  ['host', (host: string) => host.replace(LOOPBACK, 'localhost')],
  ['port', () => `${LOOPBACK}:1`],
])(
  'a list whose next page is at another %s is unreadable, and that server gets no credentials',
  async (_case, other) => {
    const hosts: (string | undefined)[] = [];
    const { sender, host } = await senderTo((request, response) => {
      hosts.push(request.headers.host);
      const meta = { key: 'messages', next_page_url: `http://${other(host)}/next` };
      response.end(JSON.stringify({ messages: [], meta }));
    });
    const reason = `an unreadable answer (HTTP 200) from ${host}`;
    expect(await find(sender)).toEqual({ result: 'unknown', reason });
    expect(hosts).toEqual([host]);
  },
);

test('if the next page of a list has no answer, the reason is not the answer to the page before', async () => {
  const { sender, host } = await senderTo((request, response) => {
    if (request.url === '/next') request.socket.resetAndDestroy();
    else
      response.end(
        JSON.stringify({ messages: [], meta: { key: 'messages', next_page_url: `http://${host}/next` } }),
      );
  });
  expect(await find(sender)).toEqual({
    result: 'unknown',
    reason: expect.stringMatching(new RegExp(`^(ECONNRESET|UND_ERR_SOCKET) at ${host}$`)),
  });
});

describe('a connection', () => {
  const accepted = { result: 'accepted', sid: 'SM1' };

  test('is used again for later messages', async () => {
    const { sender } = await senderTo(answering(201, { sid: 'SM1' }));
    let connections = 0;
    server?.on('connection', () => (connections += 1));

    for (let messages = 0; messages < 5; messages++) expect(await send(sender)).toEqual(accepted);

    // The next message can come before the connection of the last one is free.
    expect(connections).toBeLessThanOrEqual(2);
  });

  test('that the provider has closed is not used again', async () => {
    const { sender } = await senderTo(answering(201, { sid: 'SM1' }));
    const closed = new Promise((resolve) => {
      server?.once('connection', (socket) => socket.once('close', resolve));
    });
    await send(sender);
    server?.closeIdleConnections();
    await closed;

    expect(await send(sender)).toEqual(accepted);
  });

  test('that is reset before the answer to a later message leaves it unknown whether this was created', async () => {
    let requests = 0;
    const { sender, host } = await senderTo((request, response) => {
      requests += 1;
      if (requests > 1) request.socket.resetAndDestroy();
      else answering(201, { sid: 'SM1' })(request, response);
    });
    await send(sender);

    expect(await send(sender)).toEqual({
      result: 'unknown',
      reason: expect.stringMatching(new RegExp(`^(ECONNRESET|UND_ERR_SOCKET) at ${host}$`)),
    });
    expect(requests).toBe(2);
  });
});

describe('a refusal', () => {
  test.each([
    ['as JSON', twilioError(401, 20003)],
    ['as HTML', answering(401, '<html>Unauthorized</html>')],
  ])('of the credentials, sent %s, names the variables to check', async (_form, listener) => {
    const { sender } = await senderTo(listener);
    expect(await send(sender)).toEqual({
      result: 'refused',
      error: { code: '20003', message: expect.stringContaining('credentials') },
      advice:
        'Twilio refuses the credentials: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET).',
    });
  });

  test.each([
    [21212, 'check TWILIO_FROM'],
    [21408, 'geographic permissions'],
    [21606, 'check TWILIO_FROM'],
    [21608, 'trial account'],
    [21703, 'TWILIO_MESSAGING_SERVICE_SID'],
  ])('%i, which only an operator can fix, has advice what to check', async (code, advice) => {
    const { sender } = await senderTo(twilioError(400, code));
    const result = await send(sender);
    expect(result).toMatchObject({ result: 'refused', advice: expect.stringContaining(advice) });
    expect(result).not.toMatchObject({ error: { message: expect.stringContaining('Check the number') } });
  });

  test.each([21211, 21610, 21614, 29999])(
    '%i, about the recipient, has no advice for operators',
    async (code) => {
      const { sender } = await senderTo(twilioError(400, code));
      expect(await send(sender)).toMatchObject({ result: 'refused', advice: undefined });
    },
  );
});

describe('the check of the credentials', () => {
  test('lists one message', async () => {
    const calls: string[] = [];
    const { sender } = await senderTo((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      answering(200, { messages: [], page_size: 1, uri: '' })(request, response);
    });
    expect(await sender.checkAccess(signal)).toEqual({ result: 'granted' });
    expect(calls).toEqual([`GET /2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json?PageSize=1`]);
  });

  test.each([
    ['401', twilioError(401, 20003), 'Twilio refuses the credentials: check TWILIO_ACCOUNT_SID'],
    ['401 as HTML', answering(401, 'no'), 'Twilio refuses the credentials: check TWILIO_ACCOUNT_SID'],
    ['403', answering(403, 'no'), 'Twilio refuses the credentials: check TWILIO_ACCOUNT_SID'],
    ['test credentials', twilioError(403, 20008), 'test credentials'],
    ['a suspended account', twilioError(403, 20005), 'not active'],
  ])('reports a refusal: %s', async (_case, listener, advice) => {
    const { sender } = await senderTo(listener);
    expect(await sender.checkAccess(signal)).toEqual({
      result: 'refused',
      advice: expect.stringContaining(advice),
    });
  });

  test('has no result after any other answer', async () => {
    const { sender, host } = await senderTo(answering(503, 'down'));
    expect(await sender.checkAccess(signal)).toEqual({ result: 'unknown', reason: `HTTP 503 from ${host}` });
  });
});
