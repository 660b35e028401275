import { createHash, timingSafeEqual } from 'node:crypto';

/** API_KEYS. Digests are compared, so that neither time nor length tells of a key. */
export class ApiKeys {
  readonly #digests: readonly Buffer[];

  constructor(apiKeys: readonly string[]) {
    this.#digests = apiKeys.map(sha256);
  }

  /** The digest that stands for the key's holder; undefined for a key that isn't ours. */
  callerOf(apiKey: string | undefined): string | undefined {
    if (apiKey === undefined) return undefined;
    const given = sha256(apiKey);
    // Every key is compared: which one matched must not show in the time either.
    const matches = this.#digests.filter((digest) => timingSafeEqual(digest, given));
    return matches.length > 0 ? given.toString('hex') : undefined;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
