import { createHash, timingSafeEqual } from 'node:crypto';

/** The SHA-256 of a secret, in hex. It identifies the secret's holder. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Recognizes secrets by their SHA-256, so that the time taken reveals neither a secret's content nor its length. */
export class HashedKeys {
  readonly #hashes: readonly Buffer[];

  /** `hashes`: as `hashOf` returns them. */
  constructor(hashes: readonly string[]) {
    this.#hashes = hashes.map((hash) => Buffer.from(hash, 'hex'));
  }

  /** The hash of the key; undefined for an unknown key. */
  callerOf(key: string | undefined): string | undefined {
    if (key === undefined) return undefined;
    const given = hashOf(key);
    const bytes = Buffer.from(given, 'hex');
    // Compares every hash, so that the time taken does not reveal which one matched.
    const matches = this.#hashes.filter((hash) => timingSafeEqual(hash, bytes));
    return matches.length > 0 ? given : undefined;
  }
}
