import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing } from './key-ring';

/** Encrypted and authenticated bytes: only holders of the secret key can read or create them. */
export interface Encrypted {
  readonly keyId: string;
  /** What the content belongs to, such as a workflow ID. It is authenticated but not encrypted. */
  readonly context: string;
  /** IV ‖ ciphertext ‖ authentication tag. */
  readonly data: Uint8Array;
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts with the first key, AES-256-GCM. Also authenticates the key's id and the context. */
export function encrypt(keyRing: KeyRing, plain: Uint8Array, context: string): Encrypted {
  const { id, payload } = keyRing.first;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, payload, iv).setAAD(authenticatedData(id, context));
  const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { keyId: id, context, data };
}

/** @throws Error if the key is unknown, or if the key id, the context or the bytes were changed. */
export function decrypt(keyRing: KeyRing, { keyId, context, data }: Encrypted): Uint8Array {
  const { payload } = keyRing.get(keyId);
  const bytes = Buffer.from(data);
  const decipher = createDecipheriv(CIPHER, payload, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(authenticatedData(keyId, context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** JSON keeps the two parts apart. */
function authenticatedData(keyId: string, context: string): Buffer {
  return Buffer.from(JSON.stringify([keyId, context]));
}
