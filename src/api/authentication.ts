import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../domain/errors';

/** Tells who calls, by the key's digest. */
export interface Authentication {
  /** By `Authorization: Bearer <key>`. @throws VerificationError `unauthorized` */
  authenticate(request: Pick<FastifyRequest, 'headers'>): string;
  /** Whose key this is; undefined for one that isn't ours. */
  callerOf(apiKey: string | undefined): string | undefined;
}

/** Digests are compared, so that neither time nor length tells of a key. Bearer: RFC 6750. */
export function createAuthentication(apiKeys: readonly string[]): Authentication {
  const digests = apiKeys.map(sha256);

  function callerOf(apiKey: string | undefined): string | undefined {
    if (apiKey === undefined) return undefined;
    const given = sha256(apiKey);
    // Every key is compared: which one matched must not show in the time either.
    const matches = digests.filter((digest) => timingSafeEqual(digest, given));
    return matches.length > 0 ? given.toString('hex') : undefined;
  }

  return {
    callerOf,
    authenticate(request) {
      const caller = callerOf(bearerToken(request));
      if (caller === undefined) throw new VerificationError({ code: 'unauthorized' });
      return caller;
    },
  };
}

export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
