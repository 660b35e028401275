import { RecentKeys } from '../../src/gateway/recent-keys';

test('the last keys are remembered, and no more', () => {
  const keys = new RecentKeys(2);
  for (const key of ['a', 'b', 'b', 'c']) keys.add(key);

  expect(['a', 'b', 'c'].map((key) => keys.has(key))).toEqual([false, true, true]);
});
