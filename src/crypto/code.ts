import { createHmac, randomBytes } from 'node:crypto';
import type { DerivedKeys, KeyRing } from './key-ring';

/**
 * What a code is derived from, besides a secret key. The workflow ID is part of it, so that a run whose input was
 * copied to another workflow ID has another code: guesses at the copy say nothing about the original.
 */
export interface CodeSource {
  readonly workflowId: string;
  /** 16 random bytes, base64url. */
  readonly nonce: string;
}

/** 16 random bytes, base64url. */
export function createNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** The one-time code, leading zeros included. The same source, key and length always give the same code. */
export function deriveCode(keys: DerivedKeys, source: CodeSource, codeLength: number): string {
  const digest = createHmac('sha256', keys.code).update(bytesOf(source)).digest();
  return truncate(digest, codeLength);
}

/**
 * The keyed digest that stands for a code wherever it is stored or compared. Without the key it says nothing about the
 * code, not even to someone who tries all 10,000.
 */
export function deriveTag(keys: DerivedKeys, source: CodeSource, code: string): string {
  const message = Buffer.concat([bytesOf(source), Buffer.from(code, 'ascii')]);
  return createHmac('sha256', keys.tag).update(message).digest('base64url');
}

/** A submitted code's tags, one for each key: while keys rotate, any of them may have made the code. */
export function deriveTags(keyRing: KeyRing, source: CodeSource, code: string): string[] {
  return keyRing.all.map((keys) => deriveTag(keys, source, code));
}

/** Dynamic truncation: RFC 4226 §5.3, with the offset from the last byte as in RFC 6238 for longer digests. */
export function truncate(digest: Buffer, codeLength: number): string {
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** codeLength).padStart(codeLength, '0');
}

/** workflowId ‖ nonce. Every workflow ID has the same length, so the parts can't be confused. */
function bytesOf({ workflowId, nonce }: CodeSource): Buffer {
  return Buffer.concat([Buffer.from(workflowId, 'utf8'), Buffer.from(nonce, 'base64url')]);
}
