import { ApiKeys } from '../crypto/api-keys';
import { DEFAULT_TENANT, type Tenant } from './tenant';

/** Whoever sent a valid API key. */
export interface Caller {
  /** The digest of the API key. */
  readonly id: string;
  readonly tenant: Tenant;
}

export interface Tenants {
  readonly all: readonly Tenant[];
  readonly default: Tenant;
  /** Undefined for a key that is not ours, and for no key. */
  callerOf(apiKey: string | undefined): Caller | undefined;
}

export interface TenantEntry {
  readonly tenant: Tenant;
  readonly apiKeys: readonly string[];
}

/** @throws Error without a default tenant */
export function createTenants(entries: readonly TenantEntry[]): Tenants {
  const all = entries.map(({ tenant }) => tenant);
  const defaultTenant = all.find(({ id }) => id === DEFAULT_TENANT);
  if (!defaultTenant) throw new Error('There is no default tenant');
  const holders = entries.map(({ tenant, apiKeys }) => ({ tenant, keys: new ApiKeys(apiKeys) }));
  return {
    all,
    default: defaultTenant,
    callerOf(apiKey) {
      // Every tenant's keys are compared, so that the time does not tell whose key it is.
      const found = holders.map(({ tenant, keys }) => ({ tenant, id: keys.callerOf(apiKey) }));
      const holder = found.find(({ id }) => id !== undefined);
      return holder?.id === undefined ? undefined : { id: holder.id, tenant: holder.tenant };
    },
  };
}
