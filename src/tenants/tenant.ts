import type { Limit, Policy } from '../domain/types';
import type { SenderIdentity } from '../messaging/sender';
import type { Template, Wording } from '../messaging/wording';
import type { NumberRules } from '../numbers/phone-number';

/** Limits for requests that lead to a message; undefined for no limit. */
export interface TenantLimits {
  /** Requests with one API key. */
  readonly caller: Limit | undefined;
  /** Requests from one end user, by IP address. */
  readonly clientIp: Limit | undefined;
}

/** A tenant is one product that uses this service. This is what the API needs to know about it. */
export interface Tenant {
  /** Has the form TENANT_ID. It must never change: workflow IDs and capabilities depend on it. */
  readonly id: string;
  readonly policy: Policy;
  /** The n-th wait follows the n-th unsuccessful verification of a number. The last wait repeats. */
  readonly cooldownSeconds: readonly number[];
  readonly numberRules: NumberRules;
  readonly limits: TenantLimits;
  /** Undefined if the tenant is not a service of Twilio Verify's API. */
  readonly verify?: VerifyService | undefined;
}

/** The tenant as a service of Twilio Verify's API. */
export interface VerifyService {
  /** `VA…`. */
  readonly serviceSid: string;
  /** `AC…`. */
  readonly accountSid: string;
  readonly friendlyName: string;
  /** Whether a create may bring its own code. */
  readonly customCodeEnabled: boolean;
  readonly doNotShareWarningEnabled: boolean;
  /** Whether an approved or expired verification can be fetched. */
  readonly fetchEnded: boolean;
  readonly defaultTemplateSid?: string | undefined;
  readonly templates: readonly Template[];
  /** Limits that a create can name. Undefined for no limit. */
  readonly rateLimits: Readonly<Record<string, Limit | undefined>>;
}

/** What a worker needs to know about a tenant. */
export interface TenantMessaging {
  readonly id: string;
  readonly wording: Wording;
  readonly sender: SenderIdentity;
}
