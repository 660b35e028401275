import type { FastifyRequest } from 'fastify';
import type { ApiKeys } from '../crypto/api-keys';
import { VerificationError } from '../domain/errors';

/**
 * Who calls, by `Authorization: Bearer <key>` (RFC 6750).
 * @throws VerificationError `unauthorized`
 */
export function authenticate(request: Pick<FastifyRequest, 'headers'>, apiKeys: ApiKeys): string {
  const caller = apiKeys.callerOf(bearerToken(request));
  if (caller === undefined) throw new VerificationError({ code: 'unauthorized' });
  return caller;
}

export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}
