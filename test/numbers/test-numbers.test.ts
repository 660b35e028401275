import { testNumbersWarning } from '../../src/numbers/test-numbers';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const testNumber = (phoneNumber: string, inMs: number) => ({ phoneNumber, code: '2168', endsAt: NOW + inMs });

test('each number counts once, whatever the number of tenants that have it', () => {
  const numbers = [
    testNumber('+14255550101', 1),
    testNumber('+14255550101', 1),
    testNumber('+14255550101', -1),
    testNumber('+14255550102', 0),
    testNumber('+14255550103', -1),
    testNumber('+14255550103', -1),
  ];
  expect(testNumbersWarning(numbers, NOW)).toBe(
    'Test numbers (TEST_NUMBERS, TENANTS_FILE): 2 active, 1 expired',
  );
});

test('without test numbers there is no warning', () => {
  expect(testNumbersWarning([], NOW)).toBeUndefined();
});
