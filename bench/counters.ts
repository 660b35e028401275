/** Values that only grow, by name. */
export type Counters = Readonly<Record<string, number>>;

export function increase(before: Counters, after: Counters): Counters {
  return mapValues(after, (value, name) => value - (before[name] ?? 0));
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
