import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../domain/refusals';
import type { Caller, Tenants } from '../tenants/registry';

/**
 * Returns the sender of the request, by `Authorization: Bearer <key>` (RFC 6750).
 * @throws VerificationError `unauthorized`
 */
export function authenticate(request: Pick<FastifyRequest, 'headers'>, tenants: Tenants): Caller {
  const caller = tenants.callerOf(bearerToken(request));
  if (caller === undefined) throw new VerificationError({ code: 'unauthorized' });
  return caller;
}

export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}
