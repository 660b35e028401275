import { createHash, timingSafeEqual } from 'node:crypto';

/** Recognizes API keys. It compares digests, so that the time taken reveals neither a key's content nor its length. */
export class ApiKeys {
  readonly #digests: readonly Buffer[];

  constructor(apiKeys: readonly string[]) {
    this.#digests = apiKeys.map(sha256);
  }

  /** The key's digest, which identifies the caller; undefined for an unknown key. */
  callerOf(apiKey: string | undefined): string | undefined {
    if (apiKey === undefined) return undefined;
    const given = sha256(apiKey);
    // Compares every key, so that the time taken does not reveal which key matched.
    const matches = this.#digests.filter((digest) => timingSafeEqual(digest, given));
    return matches.length > 0 ? given.toString('hex') : undefined;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
