import { SharedReads } from '../../../src/gateway/state/shared-reads';

/** Reads that the test ends. */
function controlledReads() {
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const read = () => new Promise<number>((resolve, reject) => ends.push({ resolve, reject }));
  return { ends, read };
}

test('callers that arrive while a read runs share the next read', async () => {
  const reads = new SharedReads<number>();
  const { ends, read } = controlledReads();
  const first = reads.read('a', read);
  const others = [reads.read('a', read), reads.read('a', read), reads.read('a', read)];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve(1);
  expect(await first).toBe(1);
  expect(ends).toHaveLength(2);
  ends[1]?.resolve(2);
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  void reads.read('a', read);
  expect(ends).toHaveLength(3);
});

test('a failed read also fails for the callers that wait for the next read, but not for later callers', async () => {
  const reads = new SharedReads<number>();
  const { ends, read } = controlledReads();
  const both = [reads.read('a', read), reads.read('a', read)];
  ends[0]?.reject(new Error('no worker'));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = reads.read('a', read);
  ends[1]?.resolve(3);
  expect(await again).toBe(3);
});

test('idle() resolves when all reads have ended, also failed ones', async () => {
  const reads = new SharedReads<number>();
  const { ends, read } = controlledReads();
  const all = Promise.allSettled([reads.read('a', read), reads.read('a', read), reads.read('b', read)]);
  let isIdle = false;
  const waitUntilIdle = async (): Promise<void> => {
    await reads.idle();
    isIdle = true;
  };
  const idle = waitUntilIdle();
  ends[0]?.resolve(1);
  ends[1]?.reject(new Error('no worker'));
  await Promise.resolve();
  expect(isIdle).toBe(false);
  while (ends.length < 3) await Promise.resolve();
  ends[2]?.resolve(2);
  await all;
  await idle;
  expect(isIdle).toBe(true);
});
