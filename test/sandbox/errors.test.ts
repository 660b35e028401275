import type { SmsSandbox } from '../../sandbox';
import {
  OUTGOING,
  PHONE,
  SENDER,
  authorization,
  clientOf,
  closeAll,
  messagesUrl,
  startSandbox,
} from './support';

let sandbox: SmsSandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(closeAll);

describe("Twilio's magic numbers", () => {
  test.each([
    ['+15005550001', 400, 21211, "The 'To' number +15005550001 is not a valid phone number."],
    ['+15005550002', 400, 21612, expect.stringContaining('+15005550002')],
    ['+15005550003', 400, 21408, expect.stringContaining('+15005550003')],
    ['+15005550004', 400, 21610, expect.stringContaining('unsubscribed')],
    ['+15005550009', 400, 21614, 'To number: +15005550009, is not a mobile number'],
  ])('a message to %s is refused: HTTP %i, code %i', async (to, status, code, message) => {
    const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
    const creation = clientOf(sandbox).messages.create({ ...OUTGOING, to });
    await expect(creation).rejects.toMatchObject({ status, code, message, moreInfo });
    expect(sandbox.inbox(to)).toEqual([]);
  });

  test.each([
    ['+15005550001', 400, 21212],
    ['+15005550007', 400, 21606],
    ['+15005550008', 429, 21611],
  ])('a message from %s is refused: HTTP %i, code %i', async (from, status, code) => {
    const creation = clientOf(sandbox).messages.create({ ...OUTGOING, from });
    await expect(creation).rejects.toMatchObject({ status, code });
    expect(sandbox.inbox(PHONE)).toEqual([]);
  });
});

describe('a request that Twilio would refuse', () => {
  test.each([
    ['no recipient', { ...OUTGOING, to: '' }, 21604],
    ['no sender', { to: PHONE, body: OUTGOING.body }, 21603],
    ['no body', { ...OUTGOING, body: '' }, 21602],
    ['a recipient that is not a phone number', { ...OUTGOING, to: '+1425XXXXXXX' }, 21211],
    ['a sender that is not a phone number', { ...OUTGOING, from: '+1425XXXXXXX' }, 21212],
    ['an invalid messaging service', { to: PHONE, body: OUTGOING.body, messagingServiceSid: 'XX1' }, 21705],
    ['a body of more than 1600 characters', { ...OUTGOING, body: 'x'.repeat(1601) }, 21617],
    ['a status callback that is not a URL', { ...OUTGOING, statusCallback: 'status' }, 21609],
    ['a validity period of more than ten hours', { ...OUTGOING, validityPeriod: 36_001 }, 20422],
    ['a validity period of 0 seconds', { ...OUTGOING, validityPeriod: 0 }, 20422],
  ])('%s', async (_what, request, code) => {
    const creation = clientOf(sandbox).messages.create(request);
    await expect(creation).rejects.toMatchObject({ status: 400, code });
    expect(sandbox.inbox(PHONE)).toEqual([]);
  });

  test.each([
    ['short codes', '12345'],
    ['alphanumeric senders', 'Example'],
  ])('%s are accepted', async (_what, from) => {
    await expect(clientOf(sandbox).messages.create({ ...OUTGOING, from })).resolves.toMatchObject({ from });
  });

  test('JSON is not read, only forms are', async () => {
    const answer = await fetch(messagesUrl(sandbox), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ To: PHONE, From: SENDER, Body: 'hello' }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      code: 21604,
      message: "A 'To' phone number is required.",
      more_info: 'https://www.twilio.com/docs/errors/21604',
      status: 400,
    });
  });

  test('a request without a body gets the error for a missing recipient', async () => {
    const answer = await fetch(messagesUrl(sandbox), { method: 'POST', headers: { authorization } });
    expect(await answer.json()).toMatchObject({ code: 21604, status: 400 });
  });

  test('an unknown path gets 404 with code 20404', async () => {
    const answer = await fetch(`${sandbox.url}/2010-04-01/Nothing.json`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 20404, status: 404 });
  });
});
