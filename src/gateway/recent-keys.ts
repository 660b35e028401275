/** Remembers the last `max` keys. */
export class RecentKeys {
  readonly #keys = new Set<string>();

  constructor(private readonly max: number) {}

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    // A Set keeps the order in which its values were added.
    const [oldest] = this.#keys;
    if (this.#keys.size > this.max && oldest !== undefined) this.#keys.delete(oldest);
  }
}
