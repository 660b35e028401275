/**
 * Reads that many clients may ask for at once. Clients that ask for the same key share a read, and it begins after each
 * of them has asked: nobody gets an answer that is older than the question.
 */
export class SharedReads<T> {
  readonly #reads = new Map<string, { readonly current: Promise<T>; next?: Promise<T> }>();

  /** @throws What `read` throws, also for those who wait for the next read. */
  read(key: string, read: () => Promise<T>): Promise<T> {
    const reads = this.#reads.get(key);
    if (!reads) return this.#begin(key, read);
    reads.next ??= reads.current.then(() => this.#begin(key, read));
    return reads.next;
  }

  /** Resolves when no read runs any more, also none that nobody waits for. */
  async idle(): Promise<void> {
    while (this.#reads.size > 0)
      await Promise.allSettled([...this.#reads.values()].map(({ current, next }) => next ?? current));
  }

  async #begin(key: string, read: () => Promise<T>): Promise<T> {
    const reads = { current: read() };
    this.#reads.set(key, reads);
    try {
      return await reads.current;
    } finally {
      if (this.#reads.get(key) === reads) this.#reads.delete(key);
    }
  }
}
