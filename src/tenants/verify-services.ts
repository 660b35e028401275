import type { Tenant } from './tenant';

/** The Twilio Verify services that are switched on, for people: `VA… (tenant shop)`. */
export function verifyServiceNames(tenants: readonly Pick<Tenant, 'id' | 'verify'>[]): string[] {
  return tenants.flatMap(({ id, verify }) => (verify ? [`${verify.serviceSid} (tenant ${id})`] : []));
}
