/** The nearest-rank percentile: the smallest value such that `share` (0 to 1) of all values are at most this value. */
export function percentile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new Error('A percentile needs at least one value');
  return value;
}

/** The median. With an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return (
    (percentile(values, 0.5) +
      -percentile(
        values.map((value) => -value),
        0.5,
      )) /
    2
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The minimum number of rounds: the results are medians of rounds. */
const LEAST_ROUNDS = 5;

/**
 * Splits `total` into nearly equal whole numbers of at least `least`. If `total` is too small for LEAST_ROUNDS of them,
 * they are smaller.
 */
export function splitIntoRounds(total: number, least: number): number[] {
  const rounds = Math.min(total, Math.max(LEAST_ROUNDS, Math.floor(total / least)));
  return Array.from({ length: rounds }, (_, round) => Math.floor((total + round) / rounds));
}
