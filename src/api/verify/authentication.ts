import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import type { BasicCredentials, Caller, Tenants } from '../../tenants/registry';
import { notFound } from './errors';
import type { ServiceTenant } from './resources';

/** A caller and the service for which it has the credentials. */
export interface ServiceCaller {
  /** Identifies the credentials. */
  readonly id: string;
  readonly tenant: ServiceTenant;
}

/**
 * The services that the request's credentials open (RFC 7617).
 * @throws VerificationError `unauthorized`
 */
export function serviceCallers(
  { headers }: Pick<FastifyRequest, 'headers'>,
  tenants: Tenants,
): ServiceCaller[] {
  const credentials = basicCredentials(headers.authorization);
  const callers = credentials ? tenants.verifyCallersOf(credentials).flatMap(asServiceCaller) : [];
  if (callers.length === 0) throw new VerificationError({ code: 'unauthorized' });
  return callers;
}

/** @throws VerifyApiError 20404 if the credentials do not open the service, or there is no such service */
export function callerOfService(callers: readonly ServiceCaller[], serviceSid: string): ServiceCaller {
  const caller = callers.find(({ tenant }) => tenant.verify.serviceSid === serviceSid);
  if (!caller) throw notFound(`/Services/${serviceSid}`);
  return caller;
}

function asServiceCaller({ id, tenant }: Caller): ServiceCaller[] {
  const { verify } = tenant;
  return verify ? [{ id, tenant: { ...tenant, verify } }] : [];
}

function basicCredentials(header = ''): BasicCredentials | undefined {
  const [, base64] = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header) ?? [];
  if (base64 === undefined) return undefined;
  const text = Buffer.from(base64, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
