import fc from 'fast-check';
import { createCapabilities, type CapabilityPurpose } from '../../src/crypto/capability';
import { createKeyRing } from '../../src/crypto/key-ring';

const oldKey = { id: 'old', bytes: Buffer.alloc(32, 1) };
const newKey = { id: 'new', bytes: Buffer.alloc(32, 2) };
const capabilities = createCapabilities(createKeyRing([oldKey]));

const ID = { tenantId: 'default', id: 'A'.repeat(64) };
const NOW = Date.parse('2026-11-23T10:00:00Z');
const EXPIRES = NOW + 3_600_000;
const PURPOSES: CapabilityPurpose[] = ['status', 'event', 'terminate'];
const granted = capabilities.grant('status', ID, EXPIRES);

test('a capability is URL-safe and allows its purpose', () => {
  expect(granted).toMatch(/^[A-Za-z0-9_-]{51}$/);
  expect(capabilities.tenantOf(granted, 'status', ID.id, NOW)).toBe('default');
});

test('a capability allows no other purpose and no other verification', () => {
  for (const purpose of PURPOSES.filter((other) => other !== 'status')) {
    expect(capabilities.tenantOf(granted, purpose, ID.id, NOW)).toBeUndefined();
  }
  expect(capabilities.tenantOf(granted, 'status', `B${ID.id.slice(1)}`, NOW)).toBeUndefined();
});

test('a capability of another tenant names it, and a changed name makes it invalid', () => {
  const shops = capabilities.grant('status', { ...ID, tenantId: 'shop' }, EXPIRES);
  expect(shops).toMatch(/^[A-Za-z0-9_-]{51}\.shop$/);
  expect(capabilities.tenantOf(shops, 'status', ID.id, NOW)).toBe('shop');
  for (const other of ['', '.default', '.shop2', '.shop.shop', '.']) {
    expect(capabilities.tenantOf(shops.replace('.shop', other), 'status', ID.id, NOW)).toBeUndefined();
  }
  expect(capabilities.tenantOf(`${granted}.shop`, 'status', ID.id, NOW)).toBeUndefined();
  expect(capabilities.tenantOf(`${granted}.default`, 'status', ID.id, NOW)).toBeUndefined();
});

test('a capability is invalid from its expiry on', () => {
  expect(capabilities.tenantOf(granted, 'status', ID.id, EXPIRES - 1)).toBe('default');
  expect(capabilities.tenantOf(granted, 'status', ID.id, EXPIRES)).toBeUndefined();
});

test('a capability stays valid after a key rotation until its key is removed', () => {
  const rotated = createCapabilities(createKeyRing([newKey, oldKey]));
  expect(rotated.tenantOf(granted, 'status', ID.id, NOW)).toBe('default');
  expect(createCapabilities(createKeyRing([newKey])).tenantOf(granted, 'status', ID.id, NOW)).toBeUndefined();
});

test('a capability that was changed in any way is not valid', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.%~ ';
  const mutation = fc.oneof(
    fc
      .record({ at: fc.nat(granted.length - 1), by: fc.constantFrom(...alphabet) })
      .map(({ at, by }) => granted.slice(0, at) + by + granted.slice(at + 1)),
    fc.nat(granted.length - 1).map((length) => granted.slice(0, length)),
    fc.constantFrom(...alphabet).map((more) => granted + more),
    fc.constantFrom(...alphabet).map((more) => more + granted),
    fc.uint8Array({ minLength: 38, maxLength: 38 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.integer({ min: 1, max: 2 ** 40 }).map((seconds) => {
      const bytes = Buffer.from(granted, 'base64url');
      bytes.writeUIntBE(seconds, 0, 6);
      return bytes.toString('base64url');
    }),
    fc.string(),
  );
  fc.assert(
    fc.property(mutation, fc.constantFrom(...PURPOSES), (mutated, purpose) => {
      fc.pre(mutated !== granted);
      return capabilities.tenantOf(mutated, purpose, ID.id, NOW) === undefined;
    }),
    { numRuns: 10_000 },
  );
});

test('a capability is valid only for its own purpose, tenant and id, for any of these', () => {
  const tenantId = fc.constantFrom('default', 'shop');
  const id = fc.record({ tenantId, id: fc.stringMatching(/^[A-Za-z0-9_-]{64}$/) });
  fc.assert(
    fc.property(
      id,
      id,
      fc.constantFrom(...PURPOSES),
      fc.constantFrom(...PURPOSES),
      (a, b, purpose, other) => {
        const capability = capabilities.grant(purpose, a, EXPIRES);
        return (
          capabilities.tenantOf(capability, other, b.id, NOW) ===
          (a.id === b.id && purpose === other ? a.tenantId : undefined)
        );
      },
    ),
    { numRuns: 2_000 },
  );
});
