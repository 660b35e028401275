import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import type { Caller, Tenants } from '../../tenants/registry';
import { basicCredentials } from '../authentication';
import { notFound } from './errors';
import type { ServiceTenant } from './resources';
import { isSameSid } from './sids';

/** A caller and the service for which it has the credentials. */
export interface ServiceCaller {
  /** Identifies the credentials. */
  readonly id: string;
  readonly tenant: ServiceTenant;
}

export type Authentication = ReturnType<typeof createAuthentication>;

/** Basic authentication (RFC 7617). */
export function createAuthentication(tenants: Tenants) {
  const callers = new WeakMap<object, readonly ServiceCaller[]>();

  return {
    /**
     * Finds the services that the request's credentials give access to. Call it before the other methods.
     * @throws VerificationError `unauthorized`
     */
    authenticate(request: Pick<FastifyRequest, 'headers'>): void {
      const credentials = basicCredentials(request);
      const found = credentials ? tenants.verifyCallersOf(credentials).flatMap(asServiceCaller) : [];
      if (found.length === 0) throw new VerificationError({ code: 'unauthorized' });
      callers.set(request, found);
    },

    /** The services that the request's credentials give access to. */
    servicesOf(request: object): ServiceTenant[] {
      return callersOf(request).map(({ tenant }) => tenant);
    },

    /** @throws VerifyApiError 20404 if the credentials give no access to the service, or if it does not exist */
    callerOfService(request: object, serviceSid: string): ServiceCaller {
      const caller = callersOf(request).find(({ tenant }) => isSameSid(tenant.verify.serviceSid, serviceSid));
      if (!caller) throw notFound(`/Services/${serviceSid}`);
      return caller;
    },
  };

  function callersOf(request: object): readonly ServiceCaller[] {
    return callers.get(request) ?? [];
  }
}

function asServiceCaller({ id, tenant }: Caller): ServiceCaller[] {
  const { verify } = tenant;
  return verify ? [{ id, tenant: { ...tenant, verify } }] : [];
}
