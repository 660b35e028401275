import { hashOf } from '../../src/crypto/api-keys';
import { createTenants } from '../../src/tenants/registry';
import { DEFAULT_TENANT } from '../../src/domain/tenant-id';
import type { Tenant } from '../../src/tenants/tenant';
import { DEFAULT_POLICY } from '../support/service';

const tenant = (id: string): Tenant => ({
  id,
  policy: DEFAULT_POLICY,
  cooldownSeconds: [0],
  numberRules: { allowedCountries: undefined, phoneNumberCheck: 'possible', testNumbers: [] },
  limits: { caller: undefined, clientIp: undefined },
});

const tenants = createTenants([
  { tenant: tenant(DEFAULT_TENANT), apiKeyHashes: ['alice', 'bob'].map(hashOf) },
  { tenant: tenant('shop'), apiKeyHashes: ['carol'].map(hashOf) },
]);

test.each([
  ['alice', DEFAULT_TENANT],
  ['bob', DEFAULT_TENANT],
  ['carol', 'shop'],
])('the API key of %s belongs to the tenant %s', (apiKey, id) => {
  expect(tenants.callerOf(apiKey)?.tenant.id).toBe(id);
});

test('each API key is a separate caller', () => {
  const callers = ['alice', 'bob', 'carol'].map((apiKey) => tenants.callerOf(apiKey)?.id);
  expect(new Set(callers).size).toBe(3);
});

test.each([undefined, '', 'mallory', 'ALICE'])('%j is not a valid API key', (apiKey) => {
  expect(tenants.callerOf(apiKey)).toBeUndefined();
});

test('an empty key or password is refused, even if a file has its hash', () => {
  const verifyCredentials = [{ username: 'AC1', passwordHash: hashOf('') }];
  const open = createTenants([
    { tenant: tenant(DEFAULT_TENANT), apiKeyHashes: [hashOf('')], verifyCredentials },
  ]);

  expect(open.callerOf('')).toBeUndefined();
  expect(open.verifyCallersOf({ username: 'AC1', password: '' })).toEqual([]);
});

test('several tenants can have the same user name for Twilio Verify, in any case of its letters', () => {
  const credentials = (password: string) => ({ username: 'ACab', passwordHash: hashOf(password) });
  const sharing = createTenants([
    {
      tenant: tenant(DEFAULT_TENANT),
      apiKeyHashes: [],
      verifyCredentials: [credentials('own'), credentials('both')],
    },
    { tenant: tenant('shop'), apiKeyHashes: [], verifyCredentials: [credentials('both')] },
  ]);
  const tenantsOf = (username: string, password: string) =>
    sharing.verifyCallersOf({ username, password }).map((caller) => caller.tenant.id);

  for (const username of ['ACab', 'ACAB']) {
    expect(tenantsOf(username, 'own')).toEqual([DEFAULT_TENANT]);
    expect(tenantsOf(username, 'both')).toEqual([DEFAULT_TENANT, 'shop']);
  }
  expect(tenantsOf('ACab', 'other')).toEqual([]);
  expect(tenantsOf('ACac', 'own')).toEqual([]);
});

test('a default tenant is required', () => {
  expect(tenants.default.id).toBe(DEFAULT_TENANT);
  expect(() => createTenants([{ tenant: tenant('shop'), apiKeyHashes: ['carol'].map(hashOf) }])).toThrow(
    'no default tenant',
  );
});
