import { createHmac } from 'node:crypto';
import { deriveKey } from './key-ring';

/** Keyed digests that never change: PHONE_DIGEST_KEY is not rotated. */
export interface Digests {
  /** 16 bytes that stand for a tenant's phone number in workflow IDs: one verification at a time for each of both. */
  phoneNumber(tenantId: string, e164: string): Buffer;
  /** What stands for an Idempotency-Key, scoped to its caller and to what it was used for. */
  idempotencyKey(purpose: 'start' | 'check', caller: string, key: string): string;
  /** What stands for the rest of a request that came with an Idempotency-Key: another rest is another request. */
  fields(fields: Readonly<Record<string, string | undefined>>): string;
  /** What stands for somebody or something whose requests are counted. */
  limit(kind: string, value: string): string;
}

export function createDigests(phoneDigestKey: Buffer): Digests {
  const idempotency = deriveKey(phoneDigestKey, 'idempotency-key');
  const limits = deriveKey(phoneDigestKey, 'limit');
  // JSON keeps the parts apart: no two lists of parts give the same text.
  const digest = (key: Buffer, parts: unknown) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
  return {
    phoneNumber: (tenantId, e164) => {
      const message = tenantId === 'default' ? e164 : `${tenantId}\n${e164}`;
      return createHmac('sha256', phoneDigestKey).update(message).digest().subarray(0, 16);
    },
    idempotencyKey: (purpose, caller, key) => digest(idempotency, [purpose, caller, key]),
    fields: (fields) => digest(idempotency, ['fields', fields]),
    limit: (kind, value) => digest(limits, [kind, value]),
  };
}
