import { HashedKeys } from '../crypto/api-keys';
import { DEFAULT_TENANT, type Tenant } from './tenant';

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
  /** The tenants whose services of Twilio Verify's API these credentials open. */
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
  const holders = entries.map(({ tenant, apiKeyHashes }) => ({
    tenant,
    keys: new HashedKeys(apiKeyHashes),
  }));
  return {
    all,
    default: defaultTenant,
    callerOf(apiKey) {
      // Compares the keys of every tenant, so that the time taken does not reveal whose key it is.
      const found = holders.map(({ tenant, keys }) => ({ tenant, id: keys.callerOf(apiKey) }));
      const holder = found.find(({ id }) => id !== undefined);
      return holder?.id === undefined ? undefined : { id: holder.id, tenant: holder.tenant };
    },

    verifyCallersOf({ username, password }) {
      return entries.flatMap(({ tenant, verifyCredentials = [] }) => {
        const hashes = verifyCredentials.filter((each) => each.username === username);
        const keys = new HashedKeys(hashes.map(({ passwordHash }) => passwordHash));
        const id = keys.callerOf(password);
        return id === undefined ? [] : [{ id, tenant }];
      });
    },
  };
}
