import { createHmac, randomBytes } from 'node:crypto';
import type { DerivedKeys, KeyRing } from './key-ring';

/** 16 random bytes, base64url. Everything about a verification's code follows from it and a secret key. */
export function createNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** The one-time code, leading zeros included. The same nonce, key and length always give the same code. */
export function deriveCode(keys: DerivedKeys, nonce: string, codeLength: number): string {
  const digest = createHmac('sha256', keys.code).update(Buffer.from(nonce, 'base64url')).digest();
  return truncate(digest, codeLength);
}

/**
 * What stands for a code wherever it is stored or compared. Without the key it says nothing about the code, not
 * even to someone who tries all 10,000.
 */
export function deriveTag(keys: DerivedKeys, nonce: string, code: string): string {
  const message = Buffer.concat([Buffer.from(nonce, 'base64url'), Buffer.from(code, 'ascii')]);
  return createHmac('sha256', keys.tag).update(message).digest('base64url');
}

/** A submitted code's tags, one for each key: while keys rotate, any of them may have made the code. */
export function deriveTags(keyRing: KeyRing, nonce: string, code: string): string[] {
  return keyRing.all.map((keys) => deriveTag(keys, nonce, code));
}

/** Dynamic truncation: RFC 4226 §5.3, with the offset from the last byte as in RFC 6238 for longer digests. */
export function truncate(digest: Buffer, codeLength: number): string {
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** codeLength).padStart(codeLength, '0');
}
