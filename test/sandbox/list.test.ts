import type { SmsSandbox } from '../../sandbox';
import {
  NEVER_MS,
  OTHER_PHONE,
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

async function sendMessages(sandbox: SmsSandbox, bodies: string[], to = PHONE): Promise<void> {
  for (const body of bodies) await clientOf(sandbox).messages.create({ to, from: SENDER, body });
}

/** Sends one message and waits until it has its sent date. */
async function sendAndDeliver(sandbox: SmsSandbox): Promise<Date> {
  const callbacks = await startCallbackReceiver();
  const { messages } = clientOf(sandbox);
  const request = { to: PHONE, from: SENDER, body: 'delivered', statusCallback: callbacks.url };
  const { sid } = await messages.create(request);
  await callbacks.until('delivered');
  return (await messages(sid).fetch()).dateSent;
}

const bodiesOf = (messages: { body: string }[]) => messages.map(({ body }) => body);

describe('filters', () => {
  test('To finds the messages to one number, newest first, with any status', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    await sendMessages(sandbox, ['first', 'second']);
    await sendMessages(sandbox, ['for someone else'], OTHER_PHONE);

    const listed = await clientOf(sandbox).messages.list({ to: PHONE, limit: 20 });

    expect(bodiesOf(listed)).toEqual(['second', 'first']);
    expect(listed[0]).toMatchObject({ status: 'queued', to: PHONE, dateSent: null });
  });

  test('From does not find a message that has no sender yet', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    const { messages } = clientOf(sandbox);
    await messages.create({ to: PHONE, messagingServiceSid: SERVICE_SID, body: 'from a service' });
    await sendMessages(sandbox, ['from a number']);

    expect(bodiesOf(await messages.list({ from: SENDER }))).toEqual(['from a number']);
    expect(bodiesOf(await messages.list())).toEqual(['from a number', 'from a service']);
  });

  test('DateSent does not find a message that is still queued', async () => {
    const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
    await sendMessages(sandbox, ['queued']);
    const { messages } = clientOf(sandbox);
    const longAgo = new Date('2020-01-01');

    expect(await messages.list({ to: PHONE, dateSentAfter: longAgo })).toEqual([]);
    expect(bodiesOf(await messages.list({ to: PHONE }))).toEqual(['queued']);
  });

  test('DateSent finds a message by second, by day, and by a range', async () => {
    const sandbox = await startSandbox();
    const sent = await sendAndDeliver(sandbox);
    const { messages } = clientOf(sandbox);
    const secondsFromSent = (seconds: number) => new Date(sent.getTime() + seconds * 1000);
    const day = new Date(sent.toISOString().slice(0, 10));

    expect(await messages.list({ dateSent: sent })).toHaveLength(1);
    expect(await messages.list({ dateSent: secondsFromSent(1) })).toHaveLength(0);
    expect(await messages.list({ dateSentAfter: sent, dateSentBefore: sent })).toHaveLength(1);
    expect(await messages.list({ dateSentAfter: secondsFromSent(1) })).toHaveLength(0);
    expect(await messages.list({ dateSentBefore: secondsFromSent(-1) })).toHaveLength(0);
    expect(await messages.list({ dateSentAfter: day })).toHaveLength(1);

    const ofDay = await fetch(`${messagesUrl(sandbox)}?DateSent=${sent.toISOString().slice(0, 10)}`, {
      headers: { authorization },
    });
    expect(await ofDay.json()).toMatchObject({ messages: [{ body: 'delivered' }] });
  });

  test.each(['DateSent=yesterday', 'PageSize=0', 'PageSize=1001', 'Page=-1', 'PageToken=1'])(
    '%s is refused',
    async (query) => {
      const sandbox = await startSandbox();
      const answer = await fetch(`${messagesUrl(sandbox)}?${query}`, { headers: { authorization } });
      expect(answer.status).toBe(400);
      const message = `Invalid Parameter: ${query.split('=')[0]}`;
      expect(await answer.json()).toMatchObject({ code: 20422, status: 400, message });
    },
  );
});

describe('pages', () => {
  const bodies = ['1', '2', '3', '4', '5'];

  test('the official client reads all pages', async () => {
    const sandbox = await startSandbox();
    await sendMessages(sandbox, bodies);

    const listed = await clientOf(sandbox).messages.list({ to: PHONE, pageSize: 2 });

    expect(bodiesOf(listed)).toEqual(['5', '4', '3', '2', '1']);
    expect(sandbox.requests.filter(({ kind }) => kind === 'list')).toHaveLength(3);
  });

  test('a page links to the next and the previous page, with the same filter', async () => {
    const sandbox = await startSandbox();
    await sendMessages(sandbox, bodies);
    await sendMessages(sandbox, ['for someone else'], OTHER_PHONE);
    const { messages } = clientOf(sandbox);

    const first = await messages.page({ to: PHONE, pageSize: 2 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const secondAgain = await third?.previousPage();

    expect([first, second, third, secondAgain].map((page) => bodiesOf(page?.instances ?? []))).toEqual([
      ['5', '4'],
      ['3', '2'],
      ['1'],
      ['3', '2'],
    ]);
    expect([first.previousPageUrl, third?.nextPageUrl]).toEqual([undefined, undefined]);
  });

  test('a new message does not shift the next page', async () => {
    const sandbox = await startSandbox();
    await sendMessages(sandbox, bodies);
    const first = await clientOf(sandbox).messages.page({ pageSize: 2 });

    await sendMessages(sandbox, ['6']);

    expect(bodiesOf((await first.nextPage())?.instances ?? [])).toEqual(['3', '2']);
  });

  test('a page has its position in Twilio’s fields', async () => {
    const sandbox = await startSandbox();
    await sendMessages(sandbox, bodies);

    const answer = await fetch(`${messagesUrl(sandbox)}?PageSize=2&Page=1`, { headers: { authorization } });

    const path = new URL(messagesUrl(sandbox)).pathname;
    expect(await answer.json()).toMatchObject({
      messages: [{ body: '3' }, { body: '2' }],
      page: 1,
      page_size: 2,
      start: 2,
      end: 3,
      uri: `${path}?PageSize=2&Page=1`,
      first_page_uri: `${path}?PageSize=2&Page=0`,
      next_page_uri: expect.stringMatching(/\?PageSize=2&Page=2&PageToken=PASM[0-9a-f]{32}$/),
      previous_page_uri: expect.stringMatching(/\?PageSize=2&Page=0&PageToken=PBSM[0-9a-f]{32}$/),
    });
  });

  test('a page has 50 messages by default', async () => {
    const sandbox = await startSandbox();
    const answer = await fetch(messagesUrl(sandbox), { headers: { authorization } });
    expect(await answer.json()).toMatchObject({
      messages: [],
      page: 0,
      page_size: 50,
      start: 0,
      end: 0,
      next_page_uri: null,
      previous_page_uri: null,
    });
  });
});
