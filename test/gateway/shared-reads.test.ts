import { SharedReads } from '../../src/gateway/shared-reads';

/** A read whose end is for the test to say. */
function controlledReads() {
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const read = () => new Promise<number>((resolve, reject) => ends.push({ resolve, reject }));
  return { ends, read };
}

test('whoever asks while a read runs shares the next one, which begins after the question', async () => {
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

test('a read that fails also fails for those who wait for the next, and is forgotten', async () => {
  const reads = new SharedReads<number>();
  const { ends, read } = controlledReads();
  const both = [reads.read('a', read), reads.read('a', read)];
  ends[0]?.reject(new Error('no worker'));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = reads.read('a', read);
  ends[1]?.resolve(3);
  expect(await again).toBe(3);
});

test('it is idle when the last read has ended, whether it failed or not', async () => {
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
