import { createHmac, randomBytes } from 'node:crypto';
import type { DerivedKeys, KeyRing } from './key-ring';

/**
 * What a code is derived from, in addition to a secret key. It includes the workflow ID: if somebody copies a run's
 * input to another workflow ID, the copy has another code. Guesses at the copy then reveal nothing about the original.
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

/** As for CODE_LENGTH. */
const MAX_CODE_LENGTH = 10;

/**
 * The one-time code, with leading zeros. The same key, source and length always give the same code.
 * @throws RangeError for a length that no code has: computing with millions of digits would block the process
 */
export function deriveCode(keys: DerivedKeys, source: CodeSource, codeLength: number): string {
  if (!(codeLength > 0 && codeLength <= MAX_CODE_LENGTH)) throw new RangeError('No code has this length');
  const digest = createHmac('sha256', keys.code).update(bytesOf(source)).digest();
  return truncate(digest, codeLength);
}

/** The code that is `offset` further, modulo 10^digits. */
export function shiftCode(code: string, offset: number): string {
  const modulus = 10n ** BigInt(code.length);
  return String((BigInt(code) + BigInt(offset)) % modulus).padStart(code.length, '0');
}

/**
 * What to add to the derived code to get the other one, modulo 10^digits. Both have the same number of digits. Without
 * the key, the derived code is uniformly random: then the offset says nothing about the other code.
 */
export function codeOffset(derived: string, code: string): number {
  const modulus = 10n ** BigInt(code.length);
  return Number((BigInt(code) - BigInt(derived) + modulus) % modulus);
}

/**
 * The code's keyed digest (base64url), which is stored and compared instead of the code. Without the key, it does not
 * help to try all 10,000 codes.
 */
export function deriveTag(keys: DerivedKeys, source: CodeSource, code: string): string {
  const message = Buffer.concat([bytesOf(source), Buffer.from(code, 'ascii')]);
  return createHmac('sha256', keys.tag).update(message).digest('base64url');
}

/** The tags of a submitted code, one for each secret key: during a rotation the code may come from any of them. */
export function deriveTags(keyRing: KeyRing, source: CodeSource, code: string): string[] {
  return keyRing.all.map((keys) => deriveTag(keys, source, code));
}

const MAX_DIGITS_OF_31_BITS = 8;

/**
 * Dynamic truncation (RFC 4226 §5.3). The offset is in the last byte, as in RFC 6238 for longer digests. The RFC takes
 * 31 bits, which are too few for codes of 9 and 10 digits: these are taken from 63 bits.
 */
export function truncate(digest: Buffer, codeLength: number): string {
  const offset = digest.readUInt8(digest.length - 1) & 0x0f;
  const number =
    codeLength <= MAX_DIGITS_OF_31_BITS
      ? BigInt(digest.readUInt32BE(offset) & 0x7fffffff)
      : digest.readBigUInt64BE(offset) & 0x7fffffffffffffffn;
  return String(number % 10n ** BigInt(codeLength)).padStart(codeLength, '0');
}

/** workflowId ‖ nonce. All workflow IDs have the same length, so that the boundary is unambiguous. */
function bytesOf({ workflowId, nonce }: CodeSource): Buffer {
  return Buffer.concat([Buffer.from(workflowId, 'utf8'), Buffer.from(nonce, 'base64url')]);
}
