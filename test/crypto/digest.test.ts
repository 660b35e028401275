import { createDigests } from '../../src/crypto/digest';

const digests = createDigests(Buffer.alloc(32, 7));

test('a number has one digest of 16 bytes, and another with another key', () => {
  const digest = digests.phoneNumber('+14255550123');
  expect(digest).toHaveLength(16);
  expect(digests.phoneNumber('+14255550123')).toEqual(digest);
  expect(createDigests(Buffer.alloc(32, 8)).phoneNumber('+14255550123')).not.toEqual(digest);
});

test('an Idempotency-Key belongs to one caller and one purpose', () => {
  const all = [
    digests.idempotencyKey('start', 'alice', 'k'),
    digests.idempotencyKey('check', 'alice', 'k'),
    digests.idempotencyKey('start', 'bob', 'k'),
    digests.idempotencyKey('start', 'alic', 'ek'),
  ];
  expect(new Set(all).size).toBe(4);
});
