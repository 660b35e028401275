import { VerificationError } from '../../../src/domain/refusals';
import type { Bound } from '../../../src/gateway/bound';
import { createWhenSent } from '../../../src/gateway/state/when-sent';
import { unavailable } from '../../../src/gateway/workflow-calls';
import type { VerificationState } from '../../../src/workflows/definitions';
import { fakeClocks, type FakeClocks } from '../../support/fake-clocks';

const ID = { tenantId: 'shop', workflowId: 'workflow', runId: 'run', nonce: 'nonce' };
const stateOf = (
  status: VerificationState['status'],
  messages = 1,
  messageInFlightSince: string | null = null,
) =>
  ({
    status,
    messagesAt: Array<string>(messages).fill(''),
    messageInFlightSince,
  }) as unknown as VerificationState;

let clocks: FakeClocks;
let pauses: number[] = [];

beforeEach(() => {
  clocks = fakeClocks();
  pauses = [];
});
afterEach(() => jest.restoreAllMocks());

/** `read`: the state at this time. */
function whenSentWith(read: () => Promise<VerificationState | undefined>) {
  const readWithin = (_id: unknown, _ms: number, bound?: Bound) =>
    bound ? bound.run(read).catch(() => undefined) : read();
  return createWhenSent({ readWithin }, advance);
}

async function advance(ms: number): Promise<void> {
  pauses.push(ms);
  clocks.advance(ms);
}

test('the pauses between two reads grow, and end with the time', async () => {
  const whenSent = whenSentWith(async () => stateOf('sending'));
  expect(await whenSent(ID, 0, 3_000)).toBeUndefined();
  expect(pauses).toEqual([100, 200, 400, 800, 800, 700]);
});

test('the time ends also if the clock is set back meanwhile', async () => {
  const whenSent = whenSentWith(async () => {
    if (pauses.length === 1) clocks.setBackByAnHour();
    if (pauses.length > 10) throw new Error('reads too long');
    return stateOf('sending');
  });
  expect(await whenSent(ID, 0, 700)).toBeUndefined();
  expect(pauses).toEqual([100, 200, 400]);
});

test('the state is returned once the message is sent, also if an earlier read had no answer', async () => {
  const states = [undefined, stateOf('sending'), stateOf('pending'), stateOf('verified')];
  const whenSent = whenSentWith(async () => states.shift());
  expect(await whenSent(ID, 0, 3_000)).toEqual(stateOf('pending'));
  expect(pauses).toEqual([100, 200, 400]);
});

test('a read that fails because Temporal does not answer is tried again', async () => {
  const reads = [
    () => Promise.reject(unavailable('temporal_unavailable')),
    async () => stateOf('undeliverable'),
  ];
  const whenSent = createWhenSent({ readWithin: async () => reads.shift()?.() }, advance);
  expect(await whenSent(ID, 0, 3_000)).toEqual(stateOf('undeliverable'));
  expect(pauses).toEqual([100, 200]);
});

test('a verification that is gone ends the wait with the error', async () => {
  const gone = new VerificationError({ code: 'not_found' });
  const whenSent = createWhenSent({ readWithin: () => Promise.reject(gone) }, advance);
  await expect(whenSent(ID, 0, 3_000)).rejects.toBe(gone);
});

test('a resend is waited for by its place, and not for the resend after it', async () => {
  const states = [stateOf('pending', 2, 'since'), stateOf('pending', 3, 'later')];
  const whenSent = whenSentWith(async () => states.shift());
  expect(await whenSent(ID, 1, 3_000)).toEqual(stateOf('pending', 3, 'later'));
  expect(pauses).toEqual([100, 200]);
});

test('at most ten reads run at once; the others are left out, and do not wait', async () => {
  let running = 0;
  const ends: (() => void)[] = [];
  const whenSent = whenSentWith(async () => {
    running += 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return stateOf('pending');
  });
  const calls = Array.from({ length: 50 }, () => whenSent(ID, 0, 300));
  await new Promise(setImmediate);
  expect(running).toBe(10);
  for (const end of ends) end();
  const found = (await Promise.all(calls)).filter((state) => state !== undefined);
  expect(found).toHaveLength(10);
});
