import { createHmac } from 'node:crypto';
import { DEFAULT_TENANT } from '../domain/tenant-id';
import { deriveKey } from './key-ring';

/** Keyed digests (HMAC-SHA256). They stay the same for ever, since PHONE_DIGEST_KEY is never rotated. */
export interface Digests {
  /** 16 bytes for the workflow ID: each tenant can have one open verification for each phone number. */
  phoneNumber(tenantId: string, e164: string): Buffer;
  /** The digest of an Idempotency-Key, which depends on its caller and its purpose. */
  idempotencyKey(purpose: 'start' | 'check' | 'resend', caller: string, key: string): string;
  /** The digest of the other fields of a request with an Idempotency-Key. A repeat must have the same digest. */
  fields(fields: Readonly<Record<string, string | undefined>>): string;
  /** The key under which a limit counts: the digest of a caller, an address, a country or a number block. */
  limit(kind: string, value: string): string;
  /** Shows that this service issued a page token with this content. */
  pageToken(content: string): string;
}

/** 96 bits. */
const PAGE_TOKEN_DIGEST_CHARACTERS = 16;

export function createDigests(phoneDigestKey: Buffer): Digests {
  const idempotency = deriveKey(phoneDigestKey, 'idempotency-key');
  const limits = deriveKey(phoneDigestKey, 'limit');
  const pageTokens = deriveKey(phoneDigestKey, 'page-token');
  // JSON keeps the parts apart: different lists of parts never give the same string.
  const digest = (key: Buffer, parts: unknown) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  return {
    phoneNumber: (tenantId, e164) => {
      const message = tenantId === DEFAULT_TENANT ? e164 : `${tenantId}\n${e164}`;
      return createHmac('sha256', phoneDigestKey).update(message).digest().subarray(0, 16);
    },
    idempotencyKey: (purpose, caller, key) => digest(idempotency, [purpose, caller, key]),
    fields: (fields) => digest(idempotency, ['fields', fields]),
    limit: (kind, value) => digest(limits, [kind, value]),
    pageToken: (content) => digest(pageTokens, content).slice(0, PAGE_TOKEN_DIGEST_CHARACTERS),
  };
}
