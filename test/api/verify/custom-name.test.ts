import { parseCustomName } from '../../../src/api/verify/custom-name';
import { VerifyApiError } from '../../../src/api/verify/errors';

test('only the usual form of a name must have at most 30 characters', () => {
  // A letter with three marks becomes one character.
  expect(parseCustomName('\u03B1\u0313\u0300\u0345'.repeat(30))).toBe('\u1F82'.repeat(30));
});

test('a very long name is refused before it is converted, which would take long', () => {
  const name = '\u0315'.repeat(16_000) + '\u0316'.repeat(16_000);
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    expect(() => parseCustomName(name)).toThrow(VerifyApiError);
    return performance.now() - startedAt;
  });
  // The fastest one counts, because the machine may be busy. Converting the name takes about 500 ms.
  expect(Math.min(...times)).toBeLessThan(100);
});
