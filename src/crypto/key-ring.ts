import { hkdfSync } from 'node:crypto';

/** One of SECRET_KEYS: 32 bytes under an id that may be seen. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys of one secret key, each for one purpose only (HKDF, RFC 5869, with the purpose as `info`). */
export interface DerivedKeys {
  readonly id: string;
  readonly code: Buffer;
  readonly tag: Buffer;
  readonly capability: Buffer;
  readonly payload: Buffer;
}

/** SECRET_KEYS ready for use: the first makes what is new, all accept what is there. */
export interface KeyRing {
  readonly first: DerivedKeys;
  readonly all: readonly DerivedKeys[];
  /** @throws Error if the key was dropped while something made with it is still read: see docs/production.md. */
  get(id: string): DerivedKeys;
}

export function createKeyRing(secretKeys: readonly SecretKey[]): KeyRing {
  const all = secretKeys.map(({ id, bytes }) => ({
    id,
    code: deriveKey(bytes, 'code'),
    tag: deriveKey(bytes, 'tag'),
    capability: deriveKey(bytes, 'capability'),
    payload: deriveKey(bytes, 'payload'),
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
        throw new Error(`No secret key has the id ${id}. Keep a key until nothing made with it is read`);
      return keys;
    },
  };
}

/** 32 bytes for one purpose: HKDF-SHA256 without salt, as the input is a uniformly random key already. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `phone-verification/${purpose}`, 32));
}
