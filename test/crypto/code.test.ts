import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import {
  codeOffset,
  createNonce,
  deriveCode,
  deriveTag,
  deriveTags,
  shiftCode,
  truncate,
} from '../../src/crypto/code';
import { createKeyRing, deriveKey } from '../../src/crypto/key-ring';

const keyOne = { id: 'one', bytes: Buffer.alloc(32, 1) };
const keyTwo = { id: 'two', bytes: Buffer.alloc(32, 2) };
const ring = createKeyRing([keyOne, keyTwo]);
const WORKFLOW_ID = `phone-verification:${'0'.repeat(32)}`;
const SOURCE = { workflowId: WORKFLOW_ID, nonce: 'AAECAwQFBgcICQoLDA0ODw' };
const withNewNonce = () => ({ workflowId: WORKFLOW_ID, nonce: createNonce() });

describe('truncation', () => {
  // RFC 6238 appendix B, the SHA-256 column: seed of 32 bytes, 30 s steps, 8 digits.
  test.each([
    [59, '46119246'],
    [1111111109, '68084774'],
    [1111111111, '67062674'],
    [1234567890, '91819424'],
    [2000000000, '90698825'],
    [20000000000, '77737706'],
  ])('gives the test vector of RFC 6238 for time %i', (time, expected) => {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(time / 30)));
    const digest = createHmac('sha256', '12345678901234567890123456789012').update(counter).digest();
    expect(truncate(digest, 8)).toBe(expected);
  });

  test.each([4, 5, 6, 7, 8])('takes %i digits from 31 bits, as RFC 4226 says', (length) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const digest = Buffer.from(bytes);
        const number = digest.readUInt32BE(digest.readUInt8(31) & 15) & 0x7fffffff;
        expect(truncate(digest, length)).toBe(String(number % 10 ** length).padStart(length, '0'));
      }),
    );
  });

  test.each([9, 10])('takes %i digits from 63 bits, so that all of them are equally likely', (length) => {
    const digests = Array.from({ length: 20_000 }, (_, index) =>
      createHmac('sha256', 'key').update(String(index)).digest(),
    );
    const codes = digests.map((digest) => truncate(digest, length));
    expect(codes.filter((code) => code.length !== length)).toEqual([]);
    // 31 bits end at 2,147,483,647: the first of ten digits would be 0, 1 or 2.
    for (const position of [0, 1, length - 1]) {
      const counts = Array.from(
        { length: 10 },
        (_, digit) => codes.filter((code) => code[position] === String(digit)).length,
      );
      // Five standard deviations of a binomial distribution (n = 20,000, p = 0.1) are 212.
      for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(212);
    }
  });

  test('keeps leading zeros', () => {
    expect(truncate(Buffer.alloc(32), 4)).toBe('0000');
  });
});

describe('key derivation', () => {
  test('gives each purpose its own key', () => {
    const derived = ['code', 'tag', 'other'].map((purpose) =>
      deriveKey(keyOne.bytes, purpose).toString('hex'),
    );
    expect(new Set(derived).size).toBe(3);
  });

  test('is HKDF-SHA256 with an empty salt (RFC 5869)', () => {
    const pseudoRandomKey = createHmac('sha256', Buffer.alloc(32)).update(keyOne.bytes).digest();
    const expected = createHmac('sha256', pseudoRandomKey)
      .update('phone-verification/code')
      .update(Buffer.from([1]))
      .digest();
    expect(deriveKey(keyOne.bytes, 'code')).toEqual(expected);
  });
});

describe('a code', () => {
  test('is the same each time and has the requested length', () => {
    expect(deriveCode(ring.first, SOURCE, 4)).toBe(deriveCode(createKeyRing([keyOne]).first, SOURCE, 4));
    expect(deriveCode(ring.first, SOURCE, 4)).toMatch(/^\d{4}$/);
    expect(deriveCode(ring.first, SOURCE, 8)).toMatch(/^\d{8}$/);
  });

  test('is rarely the same for two nonces', () => {
    const codes = new Set(Array.from({ length: 1_000 }, () => deriveCode(ring.first, withNewNonce(), 4)));
    expect(codes.size).toBeGreaterThan(900);
  });

  test.each([10_000_000, 11, 0, -1, NaN, 2.5])('has no length of %p', (length) => {
    expect(() => deriveCode(ring.first, SOURCE, length)).toThrow(RangeError);
  });
});

test('a run copied to another workflow ID has another code', () => {
  const others = Array.from({ length: 100 }, (_, index) => ({
    ...SOURCE,
    workflowId: `phone-verification:${index.toString(16).padStart(32, '0')}`,
  }));
  const codes = new Set(others.map((source) => deriveCode(ring.first, source, 8)));
  expect(codes.size).toBe(100);
});

describe('a shifted code', () => {
  const codes = fc.integer({ min: 4, max: 10 }).chain((length) => fc.tuple(digits(length), digits(length)));

  function digits(length: number) {
    return fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  }

  test('is the one for which the offset was made', () => {
    fc.assert(
      fc.property(codes, ([derived, code]) => {
        const offset = codeOffset(derived, code);
        expect(Number.isSafeInteger(offset)).toBe(true);
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThan(10 ** code.length);
        expect(shiftCode(derived, offset)).toBe(code);
      }),
    );
  });

  test('with the offset 0 is the derived code', () => {
    fc.assert(fc.property(codes, ([derived]) => expect(shiftCode(derived, 0)).toBe(derived)));
  });
});

describe('a tag', () => {
  test('depends on key, workflow ID, nonce and code', () => {
    const tags = [
      deriveTag(ring.first, SOURCE, '1234'),
      deriveTag(ring.get('two'), SOURCE, '1234'),
      deriveTag(ring.first, withNewNonce(), '1234'),
      deriveTag(ring.first, SOURCE, '1235'),
      deriveTag(ring.first, { ...SOURCE, workflowId: `phone-verification:${'1'.repeat(32)}` }, '1234'),
    ];
    expect(new Set(tags).size).toBe(5);
  });

  test('exists for each key, in the order of the keys', () => {
    expect(deriveTags(ring, SOURCE, '1234')).toEqual([
      deriveTag(ring.get('one'), SOURCE, '1234'),
      deriveTag(ring.get('two'), SOURCE, '1234'),
    ]);
  });
});

test('the error about a removed key names its id', () => {
  expect(() => ring.get('gone')).toThrow('No secret key has the id gone');
});
