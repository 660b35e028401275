import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SharedWaits } from '../../../src/gateway/state/shared-waits';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const FOREVER_MS = 60_000;

/** Waits that the test ends. A wait that is stopped fails. */
function controlledWait() {
  const waits: { end: (value: string) => void; signal: AbortSignal }[] = [];
  const wait = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      waits.push({ end: resolve, signal });
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  return { waits, wait };
}

test('callers with the same key share one wait', async () => {
  const shared = new SharedWaits<string>(10);
  const { waits, wait } = controlledWait();
  const all = Array.from({ length: 5 }, () => shared.wait('a', wait, FOREVER_MS));
  expect(waits).toHaveLength(1);
  waits[0]?.end('over');
  expect(await Promise.all(all)).toEqual(Array.from({ length: 5 }, () => 'over'));
});

test('a wait stops when its last caller leaves, and not before', async () => {
  const shared = new SharedWaits<string>(10);
  const { waits, wait } = controlledWait();
  const clients = [new AbortController(), new AbortController()];
  const answers = clients.map(({ signal }) => shared.wait('a', wait, FOREVER_MS, signal));
  clients[0]?.abort();
  expect(await answers[0]).toBeUndefined();
  expect(waits[0]?.signal.aborted).toBe(false);
  clients[1]?.abort();
  expect(await answers[1]).toBeUndefined();
  expect(waits[0]?.signal.aborted).toBe(true);
});

test('a caller whose client has already left does not wait', async () => {
  const shared = new SharedWaits<string>(10);
  const { waits, wait } = controlledWait();
  expect(await shared.wait('a', wait, FOREVER_MS, AbortSignal.abort())).toBeUndefined();
  expect(waits).toHaveLength(0);
});

test('a wait without a result in time returns undefined', async () => {
  const shared = new SharedWaits<string>(10);
  const { waits, wait } = controlledWait();
  expect(await shared.wait('a', wait, 1)).toBeUndefined();
  expect(waits[0]?.signal.aborted).toBe(true);
});

test('the number of keys is limited, the number of callers for a key is not', async () => {
  const shared = new SharedWaits<string>(1);
  const { waits, wait } = controlledWait();
  const answer = shared.wait('a', wait, FOREVER_MS);
  expect(shared.mayWait('a')).toBe(true);
  expect(shared.mayWait('b')).toBe(false);
  waits[0]?.end('over');
  await answer;
  expect(shared.mayWait('b')).toBe(true);
});

test('a caller that leaves takes no memory, also while another one waits', async () => {
  const shared = new SharedWaits<string>(10);
  const { waits, wait } = controlledWait();
  const answer = shared.wait('a', wait, FOREVER_MS);
  await callAndLeave(shared, 1_000);
  const before = heapUsedBytes();
  await callAndLeave(shared, 10_000);
  // It was 4 MB.
  expect(heapUsedBytes() - before).toBeLessThan(1_500_000);
  waits[0]?.end('over');
  expect(await answer).toBe('over');
});

test('the failure of a wait is that of all its callers', async () => {
  const shared = new SharedWaits<string>(10);
  const fail = async () => Promise.reject(new Error('failed'));
  const answers = [shared.wait('a', fail, FOREVER_MS), shared.wait('a', fail, FOREVER_MS)];
  for (const answer of answers) await expect(answer).rejects.toThrow('failed');
});

async function callAndLeave(shared: SharedWaits<string>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const client = new AbortController();
    const answer = shared.wait('a', async () => 'not called', FOREVER_MS, client.signal);
    client.abort();
    await answer;
  }
}

function heapUsedBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
