import { HIDDEN, makePlan } from './plan';
import { runChaos } from './run';

/** Two verifications for each row of the table. */
const VERIFICATIONS = 40;

test('with any fault, each number gets one message or the same code twice, and no verification is lost', async () => {
  const print = () => {};
  const { rows, violations } = await runChaos({ seed: 1, verifications: VERIFICATIONS, print });

  expect(violations).toEqual([]);
  expect(rows.reduce((sum, { verifications }) => sum + verifications, 0)).toBe(VERIFICATIONS);
  const duplicates = rows.filter(({ messages }) => messages.more > 0).map(({ fault }) => fault);
  expect(duplicates).toEqual([HIDDEN]);
});

test('the same seed always leads to the same plan', () => {
  expect(makePlan(7, 100)).toEqual(makePlan(7, 100));
  expect(makePlan(7, 100)).not.toEqual(makePlan(8, 100));
});
