import { createHmac, hkdfSync } from 'node:crypto';
import { deriveKey } from '../../src/crypto/key-ring';

/** The bytes from `from` to `to`, both included. */
const range = (from: number, to: number) =>
  Buffer.from(Array.from({ length: to - from + 1 }, (_, index) => from + index));

// RFC 5869 appendix A, the cases for SHA-256.
const vectors = [
  {
    name: 'A.1, a basic case',
    key: Buffer.alloc(22, 0x0b),
    salt: range(0x00, 0x0c),
    info: range(0xf0, 0xf9),
    okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2, longer inputs and output',
    key: range(0x00, 0x4f),
    salt: range(0x60, 0xaf),
    info: range(0xb0, 0xff),
    okm:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09' +
      'da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3, neither salt nor info',
    key: Buffer.alloc(22, 0x0b),
    salt: Buffer.alloc(0),
    info: Buffer.alloc(0),
    okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
];

/** HKDF as in RFC 5869 §2.2 and §2.3, step by step. */
function hkdf(key: Buffer, salt: Buffer, info: Buffer, length: number): string {
  const pseudoRandomKey = hmac(salt, key);
  const blocks: Buffer[] = [];
  for (let counter = 1; Buffer.concat(blocks).length < length; counter++) {
    const previous = blocks.at(-1) ?? Buffer.alloc(0);
    blocks.push(hmac(pseudoRandomKey, Buffer.concat([previous, info, Buffer.from([counter])])));
  }
  return Buffer.concat(blocks).toString('hex', 0, length);
}

function hmac(key: Buffer, message: Buffer): Buffer {
  return createHmac('sha256', key).update(message).digest();
}

describe.each(vectors)('RFC 5869 $name', ({ key, salt, info, okm }) => {
  const length = okm.length / 2;

  test("is the result of Node's HKDF", () => {
    expect(Buffer.from(hkdfSync('sha256', key, salt, info, length)).toString('hex')).toBe(okm);
  });

  test('is the result of the steps in the RFC', () => {
    expect(hkdf(key, salt, info, length)).toBe(okm);
  });
});

test.each(['code', 'tag', 'capability', 'payload'])(
  'the key for %s is the result of the steps in the RFC',
  (purpose) => {
    const secretKey = range(0x00, 0x1f);
    const info = Buffer.from(`phone-verification/${purpose}`);
    expect(deriveKey(secretKey, purpose).toString('hex')).toBe(hkdf(secretKey, Buffer.alloc(0), info, 32));
  },
);
