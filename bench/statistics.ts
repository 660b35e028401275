/** The nearest-rank percentile: the smallest value such that `share` (0 to 1) of all values are at most this value. */
export function percentile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new Error('A percentile needs at least one value');
  return value;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Splits `total` into nearly equal whole numbers of at least `least`, or into one if `total` is smaller. */
export function splitIntoRounds(total: number, least: number): number[] {
  const rounds = Math.max(1, Math.floor(total / least));
  return Array.from({ length: rounds }, (_, round) => Math.floor((total + round) / rounds));
}
