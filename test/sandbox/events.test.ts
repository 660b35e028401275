import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { EventStream } from '../../sandbox/phone/event-stream';
import { NumberFaults } from '../../sandbox/faults/number-faults';
import { noJournal } from '../../sandbox/messages/journal';
import { MessageStore } from '../../sandbox/messages/message-store';
import { PhoneList } from '../../sandbox/phone/phone-list';
import { PhoneFeed } from '../../sandbox/phone/phone-feed';
import {
  NEVER_MS,
  OTHER_PHONE,
  OUTGOING,
  PHONE,
  clientOf,
  closeAll,
  readEvents,
  startSandbox,
  type EventReader,
} from './support';

afterEach(closeAll);

/** Reads events until the HTML of the phone contains the text, and returns the event. */
async function untilPhoneHas(events: EventReader, number: string, text: string) {
  for (;;) {
    const event = await events.next();
    if (event === undefined) throw new Error(`The stream ended before ${text}`);
    if (event.data.phones[number]?.includes(text) === true) return event;
  }
}

const sids = (html = '') => [...html.matchAll(/data-sid="(\w+)"/g)].map(([, sid]) => sid);

test('a browser gets all phones first, then each phone that changes', async () => {
  const sandbox = await startSandbox();
  const { messages } = clientOf(sandbox);
  const first = await messages.create(OUTGOING);
  const events = await readEvents(sandbox);
  expect(events.headers.get('content-type')).toBe('text/event-stream');
  expect(events.headers.get('cache-control')).toBe('no-store');

  const all = await events.next();
  expect(all).toMatchObject({ event: 'phones', data: { numbers: [PHONE], total: 1 } });
  expect(sids(all?.data.phones[PHONE])).toEqual([first.sid]);

  const second = await messages.create({ ...OUTGOING, to: OTHER_PHONE });
  const { data } = await untilPhoneHas(events, OTHER_PHONE, 'data-status="delivered"');
  expect(data.numbers).toEqual([OTHER_PHONE, PHONE]);
  expect(sids(data.phones[OTHER_PHONE])).toEqual([second.sid]);
});

test('the status of a message changes, up to the error of the carrier', async () => {
  const sandbox = await startSandbox({ statusStepMs: 100 });
  const events = await readEvents(sandbox);
  sandbox.failDelivery(PHONE, 30003);
  await clientOf(sandbox).messages.create(OUTGOING);
  for (const status of ['queued', 'sent', 'undelivered'])
    await untilPhoneHas(events, PHONE, `data-status="${status}"`);
});

test('changes at the same moment are one event', async () => {
  const sandbox = await startSandbox({ statusStepMs: NEVER_MS });
  const events = await readEvents(sandbox);
  await events.next();
  const numbers = Array.from({ length: 20 }, (_, index) => `+142555501${String(index).padStart(2, '0')}`);
  for (const number of numbers) sandbox.failDelivery(number, 30003);
  const event = await events.next();
  expect(event?.data.total).toBe(20);
});

test('after a reconnect, a browser that has seen the latest event gets nothing again', async () => {
  const sandbox = await startSandbox();
  await clientOf(sandbox).messages.create({ ...OUTGOING, to: OTHER_PHONE });
  const before = await readEvents(sandbox);
  const { id } = await untilPhoneHas(before, OTHER_PHONE, 'data-status="delivered"');

  const after = await readEvents(sandbox, { 'last-event-id': id });
  sandbox.failDelivery(PHONE, 30003);
  const event = await after.next();
  expect(Object.keys(event?.data.phones ?? {})).toEqual([PHONE]);
});

test('after a reconnect, a browser that has missed an event gets all phones', async () => {
  const sandbox = await startSandbox();
  const before = await readEvents(sandbox);
  const seen = await before.next();
  before.close();
  await clientOf(sandbox).messages.create(OUTGOING);

  const after = await readEvents(sandbox, { 'last-event-id': seen?.id ?? '' });
  expect(Object.keys((await after.next())?.data.phones ?? {})).toEqual([PHONE]);
});

test('after a restart of the sandbox, a browser gets what the sandbox has now', async () => {
  const before = await startSandbox();
  const last = await (await readEvents(before)).next();
  await before.close();

  const after = await readEvents(await startSandbox(), { 'last-event-id': last?.id ?? '' });
  expect(await after.next()).toMatchObject({ data: { numbers: [], total: 0 } });
});

test('the sandbox ends all streams when it closes', async () => {
  const sandbox = await startSandbox();
  const events = await readEvents(sandbox);
  await events.next();
  await sandbox.close();
  expect(await events.next()).toBeUndefined();
});

/** A response that stores what is written. `isFull`: its connection takes no more. */
class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  isFull = false;
  setHeader = () => {};
  writeHead = () => {};
  end = () => this.emit('close');
  write(text: string): boolean {
    this.written.push(text);
    return !this.isFull;
  }
}

test('events for a browser that is too slow are not stored: it gets everything as soon as it can', () => {
  const response = new FakeResponse();
  const stream = new EventStream(response as unknown as ServerResponse, {}, () => 'everything');
  response.isFull = true;
  for (const event of ['first', 'second', 'third']) stream.send(event);
  expect(response.written).toEqual(['retry: 1000\n\n', 'first']);

  response.isFull = false;
  response.emit('drain');
  stream.send('fourth');
  expect(response.written).toEqual(['retry: 1000\n\n', 'first', 'everything', 'fourth']);
});

test('a comment every 15 seconds keeps the connection open', () => {
  jest.useFakeTimers();
  try {
    const phoneList = new PhoneList(new MessageStore(noJournal), new NumberFaults({}));
    const closing = new AbortController();
    const feed = new PhoneFeed({ phoneList, renderPhone: () => '', closing: closing.signal });
    const response = new FakeResponse();
    feed.open(response as unknown as ServerResponse, {}, undefined);
    const before = response.written.length;
    jest.advanceTimersByTime(30_000);
    expect(response.written.slice(before)).toEqual([': heartbeat\n\n', ': heartbeat\n\n']);
    closing.abort();
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
