/**
 * Reads that many may ask for at once. Those of one key share a read, and it begins after each of them was asked for:
 * nobody gets an answer that is older than the question. At most `maxInFlight` run at once, of all keys together.
 */
export class SharedReads<T> {
  readonly #reads = new Map<string, { readonly current: Promise<T>; next?: Promise<T> }>();
  #inFlight = 0;

  constructor(
    private readonly maxInFlight: number,
    private readonly tooMany: () => Error,
  ) {}

  /** @throws What `read` throws, also to those who wait for the next read; `tooMany()` beyond the bound. */
  read(key: string, read: () => Promise<T>): Promise<T> {
    const reads = this.#reads.get(key);
    if (!reads) return this.#begin(key, read);
    reads.next ??= reads.current.then(() => this.#begin(key, read));
    return reads.next;
  }

  async #begin(key: string, read: () => Promise<T>): Promise<T> {
    if (this.#inFlight >= this.maxInFlight) throw this.tooMany();
    this.#inFlight++;
    const reads = { current: read() };
    this.#reads.set(key, reads);
    try {
      return await reads.current;
    } finally {
      this.#inFlight--;
      if (this.#reads.get(key) === reads) this.#reads.delete(key);
    }
  }
}
