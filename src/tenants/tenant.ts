import type { Limit, Policy } from '../domain/types';
import type { SenderIdentity } from '../messaging/sender';
import type { Wording } from '../messaging/wording';
import type { NumberRules } from '../numbers/phone-number';

/** The tenant that is configured by the environment. */
export const DEFAULT_TENANT = 'default';

/** Limits of one tenant's requests for messages; undefined for no limit. */
export interface TenantLimits {
  /** Requests by one API key. */
  readonly caller: Limit | undefined;
  /** Requests by one end user. */
  readonly clientIp: Limit | undefined;
}

/** A tenant is one product that uses this service. This is what the API has to know of it. */
export interface Tenant {
  /** `^[a-z][a-z0-9-]{0,39}$`. It is part of what is hashed, so it never changes. */
  readonly id: string;
  readonly policy: Policy;
  /** The n-th wait follows the n-th unsuccessful verification of a number; the last one repeats. */
  readonly cooldownSeconds: readonly number[];
  readonly numberRules: NumberRules;
  readonly limits: TenantLimits;
}

/** What a worker has to know of a tenant. */
export interface TenantMessaging {
  readonly id: string;
  readonly wording: Wording;
  readonly sender: SenderIdentity;
}
