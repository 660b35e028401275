import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import twilio from 'twilio';
import type { SmsSandbox } from '../../sandbox';
import { carrierErrorCodes } from '../../sandbox/messages/carrier-errors';
import {
  AUTH_TOKEN,
  NEVER_MS,
  OTHER_PHONE,
  OUTGOING,
  PHONE,
  clientOf,
  closeAll,
  readEvents,
  startCallbackReceiver,
  startSandbox,
} from './support';

afterEach(closeAll);

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request with any headers, also with those that `fetch` sets itself. */
function ask(
  { url }: SmsSandbox,
  path: string,
  { method = 'GET', headers = {}, form }: { method?: string; headers?: object; form?: object } = {},
): Promise<Answer> {
  const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, headers: { ...type, ...headers } }, (response) => {
      const { statusCode: status = 0, headers: received } = response;
      text(response).then((body) => resolve({ status, headers: received, body }), reject);
    });
    call.on('error', reject).end(form && new URLSearchParams({ ...form }).toString());
  });
}

const post = (sandbox: SmsSandbox, path: string, form: object, headers = {}) =>
  ask(sandbox, path, { method: 'POST', form, headers });
const count = (body: string, part: string) => body.split(part).length - 1;

describe('the page', () => {
  test('loads everything from the sandbox, and has no script or style inside', async () => {
    const sandbox = await startSandbox({ tryItUrl: 'http://localhost:3000' });
    await clientOf(sandbox).messages.create(OUTGOING);
    const { status, headers, body } = await ask(sandbox, '/');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none';script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body).not.toMatch(/<style|style="|<script(?![^>]+src=)|\son\w+="/);
    const urls = [...body.matchAll(/(?:src|<link[^>]+href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(urls.length).toBeGreaterThan(3);
    for (const url of urls) expect((await ask(sandbox, url)).status).toBe(200);
  });

  test('shows the text of a message as text', async () => {
    const sandbox = await startSandbox();
    const body = '<img src=x onerror=alert(1)> "quoted" & \'quoted\' 2168';
    await clientOf(sandbox)
      .messages.create({ ...OUTGOING, from: 'A <b> B', body })
      .catch(() => {});
    await clientOf(sandbox).messages.create({ ...OUTGOING, body });
    const page = (await ask(sandbox, '/')).body;
    expect(page).toContain(
      '&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot; &amp; &#39;quoted&#39; <mark>',
    );
    expect(page).not.toContain('<img');
  });

  test.each([
    ['Your code is 0068.', '0068'],
    ['Call +14255550100. Code: 730155', '730155'],
    ['Room 12345. Your code is 2168.\n@example.com #2168', '2168'],
    ['Sent from your Twilio trial account - 1234567890 is your code', '1234567890'],
    ['Hello, 123 and 12345678901', undefined],
  ])('highlights the code in %j', async (body, code) => {
    const sandbox = await startSandbox();
    await clientOf(sandbox).messages.create({ ...OUTGOING, body });
    const page = (await ask(sandbox, '/')).body;
    expect(/<mark>(\d+)<\/mark>/.exec(page)?.[1]).toBe(code);
    expect(/class="copy" data-copy="(\d+)"/.exec(page)?.[1]).toBe(code);
  });

  test('shows the 50 latest of many numbers, and the 20 latest messages of each', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const { messages } = clientOf(sandbox);
    for (let index = 0; index < 25; index += 1) await messages.create(OUTGOING);
    for (let index = 0; index < 60; index += 1)
      await messages.create({ ...OUTGOING, to: `+1425555${1000 + index}` });
    await messages.create(OUTGOING);

    const { body } = await ask(sandbox, '/');
    expect(count(body, '<article')).toBe(50);
    expect(body).toContain('The latest 50 of 61 numbers are shown.');
    expect(count(body, '<li class="message"')).toBe(20 + 49);
    expect(body).toContain('6 older messages are not shown.');
    expect(body.indexOf(`id="${PHONE}"`)).toBeLessThan(body.indexOf('id="+14255551059"'));
    const events = await readEvents(sandbox);
    expect((await events.next())?.data.numbers).toHaveLength(50);
    sandbox.failDelivery(OTHER_PHONE, 30003);
    expect((await events.next())?.data).toMatchObject({
      numbers: expect.arrayContaining([OTHER_PHONE]),
      total: 62,
    });
  });

  test('links to the try-it page only if there is one', async () => {
    const withLink = await startSandbox({ tryItUrl: 'http://localhost:3000' });
    expect((await ask(withLink, '/')).body).toContain('href="http://localhost:3000/"');
    expect((await ask(await startSandbox(), '/')).body).not.toContain('try-it');
  });
});

describe('a reported failure', () => {
  test.each(carrierErrorCodes)('is the signed callback of the carrier: %i', async (error) => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const callbacks = await startCallbackReceiver();
    const { messages } = clientOf(sandbox);
    const { sid } = await messages.create({ ...OUTGOING, statusCallback: callbacks.url });

    const answer = await post(sandbox, `/phone/messages/${sid}/failure`, { error });

    expect(answer).toMatchObject({ status: 303, headers: { location: `/#${PHONE}` } });
    expect(await callbacks.until('undelivered')).toEqual(['sent', 'undelivered']);
    const { signature = '', parameters = {} } = callbacks.received.at(-1) ?? {};
    expect(parameters['ErrorCode']).toBe(String(error));
    expect(twilio.validateRequest(AUTH_TOKEN, signature, callbacks.url, parameters)).toBe(true);
    expect(await messages(sid).fetch()).toMatchObject({ status: 'undelivered', errorCode: error });
    expect(sandbox.inbox(PHONE)).toEqual([]);
  });

  test('changes nothing after the delivery, as with Twilio', async () => {
    const sandbox = await startSandbox();
    const callbacks = await startCallbackReceiver();
    const { messages } = clientOf(sandbox);
    const { sid } = await messages.create({ ...OUTGOING, statusCallback: callbacks.url });
    await callbacks.until('delivered');

    expect((await post(sandbox, `/phone/messages/${sid}/failure`, { error: '30003' })).status).toBe(303);

    expect(await messages(sid).fetch()).toMatchObject({ status: 'delivered', errorCode: null });
    expect(sandbox.inbox(PHONE)).toHaveLength(1);
    expect((await ask(sandbox, '/')).body).not.toContain('Report a failure</summary>');
  });

  test.each([
    ['an unknown message', '/phone/messages/SM1/failure', { error: '30003' }, 404],
    ['a form without an error', '/phone/delivery', { number: PHONE }, 400],
    ['an error that no carrier reports', '/phone/delivery', { number: PHONE, error: '21211' }, 400],
    ['a number that is none', '/phone/delivery', { number: '12', error: '30003' }, 400],
  ])('is refused with a sentence: %s', async (_what, path, form, status) => {
    const answer = await post(await startSandbox(), path, form);
    expect(answer).toMatchObject({ status, body: expect.stringMatching(/^[A-Z].+\.$/) });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });
});

test('a phone can be prepared: its next messages fail until they may arrive again', async () => {
  const sandbox = await startSandbox();
  const callbacks = await startCallbackReceiver();
  const send = () => clientOf(sandbox).messages.create({ ...OUTGOING, statusCallback: callbacks.url });

  const answer = await post(sandbox, '/phone/delivery', { number: '+1 (425) 555-0123', error: '30006' });
  expect(answer).toMatchObject({ status: 303, headers: { location: `/#${PHONE}` } });
  expect((await ask(sandbox, '/')).body).toContain(`id="${PHONE}"`);
  await send();
  expect(await callbacks.until('undelivered')).toEqual(['sent', 'undelivered']);

  await post(sandbox, '/phone/delivery', { number: PHONE, error: '' });
  await send();
  expect(await callbacks.until('delivered')).toContain('delivered');
  expect(sandbox.inbox(PHONE)).toHaveLength(1);
});

describe('the order of the phones', () => {
  const order = async (sandbox: SmsSandbox) =>
    [...(await ask(sandbox, '/')).body.matchAll(/<article [^>]*id="([^"]+)"/g)].map(([, number]) => number);
  const prepare = (sandbox: SmsSandbox, number: string) =>
    post(sandbox, '/phone/delivery', { number, error: '30003' });

  test('a prepared phone is first until another phone gets a message', async () => {
    const sandbox = await startSandbox();
    await clientOf(sandbox).messages.create(OUTGOING);
    await setTimeout(2);
    await prepare(sandbox, OTHER_PHONE);
    expect(await order(sandbox)).toEqual([OTHER_PHONE, PHONE]);
    await setTimeout(2);
    await clientOf(sandbox).messages.create(OUTGOING);
    expect(await order(sandbox)).toEqual([PHONE, OTHER_PHONE]);
  });

  test('a phone that is shown keeps its place when its next messages are set', async () => {
    const sandbox = await startSandbox();
    await clientOf(sandbox).messages.create({ ...OUTGOING, to: OTHER_PHONE });
    await setTimeout(2);
    await clientOf(sandbox).messages.create(OUTGOING);
    await prepare(sandbox, OTHER_PHONE);
    expect(await order(sandbox)).toEqual([PHONE, OTHER_PHONE]);
  });

  test('a phone with messages that is not shown any more is first after it is prepared', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const { messages } = clientOf(sandbox);
    await messages.create(OUTGOING);
    for (let index = 0; index < 50; index += 1)
      await messages.create({ ...OUTGOING, to: `+1425555${1000 + index}` });
    expect(await order(sandbox)).not.toContain(PHONE);
    await setTimeout(2);
    await prepare(sandbox, PHONE);
    expect((await order(sandbox))[0]).toBe(PHONE);
    expect(await order(sandbox)).toHaveLength(50);
  });
});

describe('a page of another site', () => {
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'null' },
  ];

  test.each(foreign)('can report no failure and read no event: %j', async (headers) => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const { messages } = clientOf(sandbox);
    const { sid } = await messages.create(OUTGOING);

    const form = { number: PHONE, error: '30003' };
    expect((await post(sandbox, `/phone/messages/${sid}/failure`, form, headers)).status).toBe(403);
    expect((await post(sandbox, '/phone/delivery', form, headers)).status).toBe(403);
    expect((await ask(sandbox, '/events', { headers })).status).toBe(403);

    expect(sandbox.inbox(PHONE)).toHaveLength(1);
    const { body } = await ask(sandbox, '/');
    expect(body).toContain('data-arrived="true"');
    expect(body).toContain('data-part="delivery" data-version=""');
  });

  test('may link to this page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(await startSandbox(), '/', { headers })).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:3001',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '1.2.3',
  ])('can read nothing if its own host name leads here: %s', async (host) => {
    const sandbox = await startSandbox();
    for (const path of ['/', '/events', '/phone/assets/page.js', `/inbox/${PHONE}`])
      expect((await ask(sandbox, path, { headers: { host } })).status).toBe(403);
    expect((await post(sandbox, '/phone/delivery', {}, { host })).status).toBe(403);
  });

  test.each([
    'localhost:3001',
    '127.0.0.1',
    '192.168.1.7:3001',
    '[::1]:3001',
    'sms-sandbox:3001',
    'a.localhost',
    'host.docker.internal:3001',
    'laptop.local',
  ])('page and inbox answer under the host name %s', async (host) => {
    const sandbox = await startSandbox();
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    expect((await ask(sandbox, '/', { headers })).status).toBe(200);
    expect((await ask(sandbox, `/inbox/${PHONE}`, { headers: { host } })).status).toBe(200);
    const form = { number: PHONE, error: '30003' };
    expect((await post(sandbox, '/phone/delivery', form, headers)).status).toBe(303);
  });

  test('clients of Twilio may use every host name', async () => {
    const sandbox = await startSandbox();
    const headers = { host: 'sandbox.example.com', origin: 'https://other.example' };
    expect((await ask(sandbox, '/healthz', { headers })).status).toBe(200);
    expect((await ask(sandbox, '/nothing', { headers })).body).toContain('"code":20404');
  });
});
