import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../domain/errors';

/** Tells who calls, by the key's digest. */
export interface Authentication {
  /** @throws VerificationError `unauthorized` */
  authenticate(request: Pick<FastifyRequest, 'headers'>): string;
}

/** `Authorization: Bearer <key>` (RFC 6750). Digests are compared, so neither time nor length tells of a key. */
export function createAuthentication(apiKeys: readonly string[]): Authentication {
  const digests = apiKeys.map(sha256);
  return {
    authenticate({ headers }) {
      const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
      const given = sha256(token ?? '');
      // Every key is compared: which one matched must not show in the time either.
      const matches = digests.filter((digest) => timingSafeEqual(digest, given));
      if (token === undefined || matches.length === 0) throw new VerificationError({ code: 'unauthorized' });
      return given.toString('hex');
    },
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
