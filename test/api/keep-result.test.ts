import { keepResult } from '../../src/api/keep-result';

test('a result is made once, also for calls at the same time', async () => {
  let made = 0;
  const result = keepResult(async () => ++made);
  expect(await Promise.all([result(), result()])).toEqual([1, 1]);
  expect(await result()).toBe(1);
});

test('after a failure, the next call tries again', async () => {
  const make = jest.fn(async () => 'content').mockRejectedValueOnce(new Error('too many open files'));
  const result = keepResult(make);
  await expect(result()).rejects.toThrow('too many open files');
  expect(await result()).toBe('content');
});
