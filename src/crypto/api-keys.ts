import { createHash, timingSafeEqual } from 'node:crypto';

/** The SHA-256 of a secret, in hex. It identifies the secret's holder. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export interface HashedKey<Holder> {
  /** As `hashOf` returns it. */
  readonly hash: string;
  readonly holder: Holder;
}

/** Recognizes secrets by their SHA-256, so that the time taken reveals neither a secret's content nor its length. */
export class HashedKeys<Holder> {
  readonly #keys: readonly { readonly bytes: Buffer; readonly holder: Holder }[];

  constructor(keys: readonly HashedKey<Holder>[]) {
    this.#keys = keys.map(({ hash, holder }) => ({ bytes: Buffer.from(hash, 'hex'), holder }));
  }

  /** The holders of the key, with its hash. None for an unknown key. An empty key is no key, even if its hash is known. */
  holdersOf(key: string | undefined): HashedKey<Holder>[] {
    if (key === undefined || key === '') return [];
    const hash = hashOf(key);
    const given = Buffer.from(hash, 'hex');
    // Compares every hash, so that the time taken does not reveal which one matched.
    const matches = this.#keys.filter(({ bytes }) => timingSafeEqual(bytes, given));
    return matches.map(({ holder }) => ({ hash, holder }));
  }
}
