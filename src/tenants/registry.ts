import { HashedKeys, type HashedKey } from '../crypto/api-keys';
import { DEFAULT_TENANT } from '../domain/tenant-id';
import type { Tenant } from './tenant';

/** The sender of a request with a valid API key. */
export interface Caller {
  /** The digest of the API key. */
  readonly id: string;
  readonly tenant: Tenant;
}

export interface Tenants {
  readonly all: readonly Tenant[];
  readonly default: Tenant;
  /** Undefined for an unknown API key, and without a key. */
  callerOf(apiKey: string | undefined): Caller | undefined;
  /** The tenants whose Twilio Verify services these credentials give access to. */
  verifyCallersOf(credentials: BasicCredentials): Caller[];
}

/** User name and password of Basic authentication. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

export interface HashedCredentials {
  readonly username: string;
  /** As `hashOf` returns it. */
  readonly passwordHash: string;
}

export interface TenantEntry {
  readonly tenant: Tenant;
  /** As `hashOf` returns them. */
  readonly apiKeyHashes: readonly string[];
  /** For Twilio Verify's API. */
  readonly verifyCredentials?: readonly HashedCredentials[];
}

/** @throws Error if no entry is the default tenant */
export function createTenants(entries: readonly TenantEntry[]): Tenants {
  const all = entries.map(({ tenant }) => tenant);
  const defaultTenant = all.find(({ id }) => id === DEFAULT_TENANT);
  if (!defaultTenant) throw new Error('There is no default tenant');
  const apiKeys = new HashedKeys(
    entries.flatMap(({ tenant, apiKeyHashes }) => apiKeyHashes.map((hash) => ({ hash, holder: tenant }))),
  );
  const passwords = passwordsByUsername(entries);
  return {
    all,
    default: defaultTenant,
    callerOf: (apiKey) => apiKeys.holdersOf(apiKey).map(toCaller)[0],
    verifyCallersOf: ({ username, password }) =>
      passwords.get(keyOf(username))?.holdersOf(password).map(toCaller) ?? [],
  };
}

/** User names are no secrets. */
function passwordsByUsername(entries: readonly TenantEntry[]): Map<string, HashedKeys<Tenant>> {
  const byUsername = new Map<string, HashedKey<Tenant>[]>();
  for (const { tenant, verifyCredentials = [] } of entries)
    for (const { username, passwordHash: hash } of verifyCredentials) {
      const keys = byUsername.get(keyOf(username)) ?? [];
      byUsername.set(keyOf(username), [...keys, { hash, holder: tenant }]);
    }
  return new Map([...byUsername].map(([username, keys]) => [username, new HashedKeys(keys)]));
}

/** The hex digits of a SID may be capital letters. */
function keyOf(username: string): string {
  return username.toLowerCase();
}

function toCaller({ hash, holder }: HashedKey<Tenant>): Caller {
  return { id: hash, tenant: holder };
}
