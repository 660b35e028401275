/**
 * Reads that many clients may request at the same time. Clients that request the same key share a read. It begins after
 * each of their requests, so no client gets a state that is older than its request.
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

  /** Resolves when no read runs any more. This includes reads whose clients no longer wait. */
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
