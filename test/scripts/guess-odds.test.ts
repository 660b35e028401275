import { readFileSync } from 'node:fs';
import path from 'node:path';
import { attack, guessesWithin, manyNumbers, oddsTable, verifyTenant } from '../../scripts/guess-odds';

const HOUR_MS = 3_600_000;
const page = readFileSync(path.join(__dirname, '../../docs/security.md'), 'utf8');

test('an attacker who restarts as soon as possible has 24 guesses in the first hour and 28 in the first day', () => {
  expect(guessesWithin(HOUR_MS)).toBe(24);
  expect(guessesWithin(24 * HOUR_MS)).toBe(28);
});

test('the first wait between verifications is 2 s, the others are the cool-downs', () => {
  const starts = attack().map(({ at }) => at / 1_000);
  const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));

  expect(waits.slice(0, 8)).toEqual([2, 30, 60, 300, 900, 3600, 86_400, 86_400]);
});

test('a locked number is free again when Temporal has deleted its runs, and not before', () => {
  const round = attack();
  const forgottenAt = (round.at(-1)?.at ?? 0) + 30 * 24 * HOUR_MS;

  expect(guessesWithin(forgottenAt)).toBe(100);
  expect(guessesWithin(forgottenAt + 1)).toBe(104);
});

test('docs/security.md shows the odds that the policy gives', () => {
  expect(page).toContain(`\n${oddsTable()}\n`);
  expect(page).toContain(verifyTenant());
  for (const line of manyNumbers().split('\n')) expect(page).toContain(line);
});
