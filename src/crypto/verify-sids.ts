import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { deriveKey } from './key-ring';

/** A verification that a SID names: its number, and which of the number's verifications it is. */
export interface NamedVerification {
  /** E.164. */
  readonly phoneNumber: string;
  /** Whether this is the verification with this public id. */
  readonly is: (id: string) => boolean;
}

/**
 * The SIDs of Twilio Verify's API. A SID is one encrypted block, so that it leads to its verification without a table
 * and tells a stranger nothing. Each service has its own keys: nothing decodes under another service.
 */
export interface VerifySids {
  /** `VE…`. `id`: the verification's public id. */
  verification(serviceSid: string, phoneNumber: string, id: string): string;
  /** Undefined if the text is not a SID of this service. Its hex digits may be capital letters, as at Twilio. */
  openVerification(serviceSid: string, sid: string): NamedVerification | undefined;
  /** `VL…`, of the message with this index: 0 for the first. */
  attempt(serviceSid: string, phoneNumber: string, id: string, index: number): string;
  /** As `openVerification`, for a message. */
  openAttempt(serviceSid: string, sid: string): (NamedVerification & { readonly index: number }) | undefined;
}

/** 15 digits, the longest E.164 number, need 50 bits. */
const NUMBER_BITS = 50n;
const RUN_TAG_BITS = 64n;
const SHORT_RUN_TAG_BITS = 48n;
const INDEX_BITS = 6n;
const ZERO_BITS = 24n;
const BLOCK_HEX_DIGITS = 32;
const BLOCK = /^[0-9a-f]{32}$/i;

/** The keys come from PHONE_DIGEST_KEY, so that a SID stays the same while SECRET_KEYS rotate. */
export function createVerifySids(phoneDigestKey: Buffer): VerifySids {
  const runKey = deriveKey(phoneDigestKey, 'verify-run');
  const keys = new Map<string, Buffer>();

  function keyOf(kind: 'sid' | 'attempt', serviceSid: string): Buffer {
    const purpose = `verify-${kind}/${serviceSid}`;
    const key = keys.get(purpose) ?? deriveKey(phoneDigestKey, purpose).subarray(0, 16);
    keys.set(purpose, key);
    return key;
  }

  function runTag(id: string, bits: bigint): bigint {
    const digest = createHmac('sha256', runKey).update(id).digest();
    return digest.readBigUInt64BE(0) >> (RUN_TAG_BITS - bits);
  }

  return {
    verification(serviceSid, phoneNumber, id) {
      const block = (numberOf(phoneNumber) << RUN_TAG_BITS) | runTag(id, RUN_TAG_BITS);
      return `VE${encrypt(keyOf('sid', serviceSid), block)}`;
    },

    openVerification(serviceSid, sid) {
      const block = decrypt(keyOf('sid', serviceSid), 'VE', sid);
      if (block === undefined) return undefined;
      const tag = BigInt.asUintN(Number(RUN_TAG_BITS), block);
      const number = block >> RUN_TAG_BITS;
      if (number >> NUMBER_BITS !== 0n) return undefined;
      return { phoneNumber: `+${number}`, is: (id) => runTag(id, RUN_TAG_BITS) === tag };
    },

    attempt(serviceSid, phoneNumber, id, index) {
      const numberAndTag = (numberOf(phoneNumber) << SHORT_RUN_TAG_BITS) | runTag(id, SHORT_RUN_TAG_BITS);
      const block = ((numberAndTag << INDEX_BITS) | BigInt(index)) << ZERO_BITS;
      return `VL${encrypt(keyOf('attempt', serviceSid), block)}`;
    },

    openAttempt(serviceSid, sid) {
      const block = decrypt(keyOf('attempt', serviceSid), 'VL', sid);
      if (block === undefined || BigInt.asUintN(Number(ZERO_BITS), block) !== 0n) return undefined;
      const index = BigInt.asUintN(Number(INDEX_BITS), block >> ZERO_BITS);
      const tag = BigInt.asUintN(Number(SHORT_RUN_TAG_BITS), block >> (ZERO_BITS + INDEX_BITS));
      const number = block >> (ZERO_BITS + INDEX_BITS + SHORT_RUN_TAG_BITS);
      return {
        phoneNumber: `+${number}`,
        index: Number(index),
        is: (id) => runTag(id, SHORT_RUN_TAG_BITS) === tag,
      };
    },
  };
}

function numberOf(phoneNumber: string): bigint {
  return BigInt(phoneNumber.slice(1));
}

/** One block: AES is then a permutation, and needs no mode and no padding. */
function encrypt(key: Buffer, block: bigint): string {
  const bytes = Buffer.from(block.toString(16).padStart(BLOCK_HEX_DIGITS, '0'), 'hex');
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('hex');
}

/** Undefined if the text does not have the form of a SID of this kind. */
function decrypt(key: Buffer, letters: 'VE' | 'VL', sid: string): bigint | undefined {
  const hex = sid.slice(letters.length);
  if (!sid.startsWith(letters) || !BLOCK.test(hex)) return undefined;
  const decipher = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const bytes = Buffer.concat([decipher.update(Buffer.from(hex, 'hex')), decipher.final()]);
  return BigInt(`0x${bytes.toString('hex')}`);
}
