import type { TestNumber } from './phone-number';

/**
 * What the log says at the start about test numbers: nobody may forget them. Undefined if there are none. Several
 * tenants can have the same number. `now`: epoch milliseconds.
 */
export function testNumbersWarning(testNumbers: readonly TestNumber[], now: number): string | undefined {
  const all = phoneNumbers(testNumbers);
  if (all.size === 0) return undefined;
  const active = phoneNumbers(testNumbers.filter(({ endsAt }) => endsAt >= now));
  return `Test numbers (TEST_NUMBERS, TENANTS_FILE): ${active.size} active, ${all.size - active.size} expired`;
}

function phoneNumbers(testNumbers: readonly TestNumber[]): Set<string> {
  return new Set(testNumbers.map(({ phoneNumber }) => phoneNumber));
}
