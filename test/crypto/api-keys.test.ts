import fc from 'fast-check';
import { HashedKeys, hashOf } from '../../src/crypto/api-keys';

test('a key has exactly the holders that it was given to, and the empty key has none', () => {
  const key = fc.constantFrom('', 'a', 'b', 'ä', 'a ', 'A', hashOf('a'), 'x'.repeat(1_000));
  const given = fc.array(fc.record({ key, holder: fc.nat(3) }), { maxLength: 8 });
  fc.assert(
    fc.property(given, key, (keys, asked) => {
      const hashed = new HashedKeys(
        keys.map(({ key: secret, holder }) => ({ hash: hashOf(secret), holder })),
      );
      const holders = keys.filter((entry) => asked !== '' && entry.key === asked).map(({ holder }) => holder);
      expect(hashed.holdersOf(asked)).toEqual(holders.map((holder) => ({ hash: hashOf(asked), holder })));
      expect(hashed.holdersOf(undefined)).toEqual([]);
    }),
  );
});
