import type { Limit, Policy } from '../domain/types';
import type { SenderIdentity } from '../messaging/sender';
import type { Wording } from '../messaging/wording';
import type { NumberRules } from '../numbers/phone-number';

/** The tenant that the environment variables configure. */
export const DEFAULT_TENANT = 'default';

/** Limits for requests that lead to a message; undefined for no limit. */
export interface TenantLimits {
  /** Requests with one API key. */
  readonly caller: Limit | undefined;
  /** Requests from one end user, by IP address. */
  readonly clientIp: Limit | undefined;
}

/** A tenant is one product that uses this service. This is what the API needs to know about it. */
export interface Tenant {
  /** `^[a-z][a-z0-9-]{0,39}$`. It must never change: workflow IDs and capabilities depend on it. */
  readonly id: string;
  readonly policy: Policy;
  /** The n-th wait follows the n-th unsuccessful verification of a number. The last wait repeats. */
  readonly cooldownSeconds: readonly number[];
  readonly numberRules: NumberRules;
  readonly limits: TenantLimits;
}

/** What a worker needs to know about a tenant. */
export interface TenantMessaging {
  readonly id: string;
  readonly wording: Wording;
  readonly sender: SenderIdentity;
}
