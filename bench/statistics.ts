/** The nearest-rank percentile: the smallest value that `share` (0 to 1) of all values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)];
  if (value === undefined) throw new Error('There is no percentile of nothing');
  return value;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `total` as whole numbers that are about equal, none below `least` unless `total` is. */
export function splitIntoRounds(total: number, least: number): number[] {
  const rounds = Math.max(1, Math.floor(total / least));
  return Array.from({ length: rounds }, (_, round) => Math.floor((total + round) / rounds));
}
