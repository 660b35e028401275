import { createDigests } from '../../src/crypto/digest';

const digests = createDigests(Buffer.alloc(32, 7));

test('a number always has the same digest of 16 bytes, and a different one with another key', () => {
  const digest = digests.phoneNumber('default', '+14255550123');
  expect(digest).toHaveLength(16);
  expect(digests.phoneNumber('default', '+14255550123')).toEqual(digest);
  expect(createDigests(Buffer.alloc(32, 8)).phoneNumber('default', '+14255550123')).not.toEqual(digest);
});

test('the digest of a number differs between tenants', () => {
  const all = ['default', 'shop', 'shop2'].map((tenantId) =>
    digests.phoneNumber(tenantId, '+14255550123').toString('hex'),
  );
  expect(new Set(all).size).toBe(3);
});

test('the digest of an Idempotency-Key differs between callers and purposes', () => {
  const all = [
    digests.idempotencyKey('start', 'alice', 'k'),
    digests.idempotencyKey('check', 'alice', 'k'),
    digests.idempotencyKey('start', 'bob', 'k'),
    digests.idempotencyKey('start', 'alic', 'ek'),
  ];
  expect(new Set(all).size).toBe(4);
});

test('the digest of a page token differs between tokens and keys', () => {
  const all = [
    digests.pageToken('a'),
    digests.pageToken('b'),
    createDigests(Buffer.alloc(32, 8)).pageToken('a'),
  ];
  expect(new Set(all).size).toBe(3);
  for (const digest of all) expect(digest).toMatch(/^[\w-]{16}$/);
});
