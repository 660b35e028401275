import fc from 'fast-check';
import { decrypt, encrypt } from '../../src/crypto/encryption';
import { createKeyRing } from '../../src/crypto/key-ring';

const oldKey = { id: 'old', bytes: Buffer.alloc(32, 1) };
const newKey = { id: 'new', bytes: Buffer.alloc(32, 2) };
const ring = createKeyRing([newKey, oldKey]);

const plain = fc.uint8Array({ maxLength: 100 });
const context = fc.string({ maxLength: 20 });
/** Whether the content can be read. */
function isReadable(...args: Parameters<typeof decrypt>): boolean {
  try {
    decrypt(...args);
    return true;
  } catch {
    return false;
  }
}

const bytesOf = (data: Uint8Array) => Buffer.from(data);

test('what was encrypted can be read, also with a key that is no longer the first', () => {
  fc.assert(
    fc.property(plain, context, (content, owner) => {
      expect(bytesOf(decrypt(ring, encrypt(ring, content, owner)))).toEqual(bytesOf(content));
      const encrypted = encrypt(createKeyRing([oldKey]), content, owner);
      expect(bytesOf(decrypt(ring, encrypted))).toEqual(bytesOf(content));
    }),
  );
});

test('whatever was changed, the content is not read', () => {
  const change = fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }), length: fc.nat(), context });
  fc.assert(
    fc.property(plain, context, change, (content, owner, { at, bit, length, context: other }) => {
      const encrypted = encrypt(ring, content, owner);
      const flipped = Uint8Array.from(encrypted.data);
      flipped[at % flipped.length] = (flipped[at % flipped.length] ?? 0) ^ (1 << bit);
      const cut = encrypted.data.slice(0, length % encrypted.data.length);
      for (const data of [flipped, cut, new Uint8Array([...encrypted.data, 0])])
        expect(isReadable(ring, { ...encrypted, data })).toBe(false);
      expect(isReadable(ring, { ...encrypted, keyId: 'old' })).toBe(false);
      expect(() => decrypt(ring, { ...encrypted, keyId: 'gone' })).toThrow('gone');
      expect(isReadable(ring, { ...encrypted, context: other })).toBe(other === owner);
    }),
    { numRuns: 500 },
  );
});

test('the end of a key’s id can’t be moved to the context', () => {
  const ab = { id: 'ab', bytes: oldKey.bytes };
  const a = { id: 'a', bytes: oldKey.bytes };
  const encrypted = encrypt(createKeyRing([ab]), Buffer.from('content'), 'c');
  const moved = { ...encrypted, keyId: 'a', context: 'bc' };
  expect(isReadable(createKeyRing([a]), moved)).toBe(false);
});
