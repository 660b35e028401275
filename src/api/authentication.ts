import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../domain/refusals';
import type { BasicCredentials, Caller, Tenants } from '../tenants/registry';

/**
 * Returns a function that returns the sender of a request, by `Authorization: Bearer <key>` (RFC 6750). The key of each
 * request is looked up once. The function throws VerificationError `unauthorized`.
 */
export function createBearerAuthentication(tenants: Tenants) {
  const callers = new WeakMap<object, Caller>();

  return function callerOf(request: Pick<FastifyRequest, 'headers'>): Caller {
    const caller = callers.get(request) ?? tenants.callerOf(bearerToken(request));
    if (caller === undefined) throw new VerificationError({ code: 'unauthorized' });
    callers.set(request, caller);
    return caller;
  };
}

export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}

/** User name and password of `Authorization: Basic` (RFC 7617). */
export function basicCredentials({ headers }: Pick<FastifyRequest, 'headers'>): BasicCredentials | undefined {
  const [, base64] = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (base64 === undefined) return undefined;
  const text = Buffer.from(base64, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
