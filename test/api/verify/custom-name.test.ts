import { parseCustomName } from '../../../src/api/verify/custom-name';
import { VerifyApiError } from '../../../src/api/verify/errors';

test('a name may be longer before it is converted to its usual form', () => {
  // Each is a letter with three marks, which become one character.
  expect(parseCustomName('\u03B1\u0313\u0300\u0345'.repeat(30))).toBe('\u1F82'.repeat(30));
});

test('the time does not grow with the square of the length', () => {
  const name = '\u0315'.repeat(16_000) + '\u0316'.repeat(16_000);
  const startedAt = performance.now();
  expect(() => parseCustomName(name)).toThrow(VerifyApiError);
  // It was more than 1 s. The rest of this limit is for a slow machine.
  expect(performance.now() - startedAt).toBeLessThan(300);
});
