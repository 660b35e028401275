import { createHmac } from 'node:crypto';
import { deriveKey } from './key-ring';

/** Keyed digests that never change: PHONE_DIGEST_KEY is not rotated. */
export interface Digests {
  /** 16 bytes that stand for a phone number in workflow IDs. */
  phoneNumber(e164: string): Buffer;
  /** What stands for an Idempotency-Key, scoped to its caller and to what it was used for. */
  idempotencyKey(purpose: 'start' | 'check', caller: string, key: string): string;
}

export function createDigests(phoneDigestKey: Buffer): Digests {
  const idempotency = deriveKey(phoneDigestKey, 'idempotency-key');
  return {
    phoneNumber: (e164) => createHmac('sha256', phoneDigestKey).update(e164).digest().subarray(0, 16),
    idempotencyKey: (purpose, caller, key) =>
      // JSON keeps the parts apart: no two triples give the same text.
      createHmac('sha256', idempotency)
        .update(JSON.stringify([purpose, caller, key]))
        .digest('base64url'),
  };
}
