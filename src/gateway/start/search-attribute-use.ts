/** How often a start tries the search attributes again that its namespace lacked. */
const TRY_AGAIN_AFTER_MS = 60_000;

/** Whether starts carry search attributes. A namespace may lack them until an operator adds them. */
export class SearchAttributeUse {
  /** By `performance.now()`. Undefined unless the namespace is known to lack them. */
  #tryAgainAt: number | undefined;

  /** `warn`: called when it becomes known that the namespace lacks them. */
  constructor(private readonly warn: () => void) {}

  /** Whether the next start carries them. While the namespace lacks them, this is true once a minute. */
  isNext(): boolean {
    if (this.#tryAgainAt === undefined) return true;
    if (performance.now() < this.#tryAgainAt) return false;
    this.#tryAgainAt = performance.now() + TRY_AGAIN_AFTER_MS;
    return true;
  }

  /** Temporal accepted them. */
  accepted(): void {
    this.#tryAgainAt = undefined;
  }

  /** The namespace lacks them. */
  refused(): void {
    if (this.#tryAgainAt === undefined) this.warn();
    this.#tryAgainAt = performance.now() + TRY_AGAIN_AFTER_MS;
  }
}
