import { hkdfSync } from 'node:crypto';

/** One of SECRET_KEYS: 32 bytes and an id, which is not secret. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys derived from one secret key, each for one purpose (HKDF, RFC 5869, with the purpose as `info`). */
export interface DerivedKeys {
  readonly id: string;
  readonly code: Buffer;
  readonly tag: Buffer;
  readonly capability: Buffer;
  readonly payload: Buffer;
  /** Signs the cookies of the try-it page. */
  readonly cookie: Buffer;
}

/** SECRET_KEYS in usable form. The first key creates; every key can read and check. */
export interface KeyRing {
  readonly first: DerivedKeys;
  readonly all: readonly DerivedKeys[];
  /** @throws Error for an unknown id: the key was removed while data made with it was in use (docs/operations.md). */
  get(id: string): DerivedKeys;
}

export function createKeyRing(secretKeys: readonly SecretKey[]): KeyRing {
  const all = secretKeys.map(({ id, bytes }) => ({
    id,
    code: deriveKey(bytes, 'code'),
    tag: deriveKey(bytes, 'tag'),
    capability: deriveKey(bytes, 'capability'),
    payload: deriveKey(bytes, 'payload'),
    cookie: deriveKey(bytes, 'cookie'),
  }));
  const [first] = all;
  if (!first) throw new Error('A key ring needs at least one secret key');
  const byId = new Map(all.map((keys) => [keys.id, keys]));
  return {
    first,
    all,
    get(id) {
      const keys = byId.get(id);
      if (!keys)
        throw new Error(`No secret key has the id ${id}. Keep a key until no data made with it is in use`);
      return keys;
    },
  };
}

/** A 32-byte key for one purpose: HKDF-SHA256 without salt, since the input is already a uniformly random key. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `phone-verification/${purpose}`, 32));
}
