import type { Tenant } from './tenant';

/** The services of Twilio Verify's API, for people: `VA… (tenant shop)`. */
export function verifyServiceNames(tenants: readonly Pick<Tenant, 'id' | 'verify'>[]): string[] {
  return tenants.flatMap(({ id, verify }) => (verify ? [`${verify.serviceSid} (tenant ${id})`] : []));
}
