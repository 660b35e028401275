import { RateLimiterMemory, type IRateLimiterOptions, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts in this process while Redis does not count, and reports each count. */
export class FallbackLimiter extends RateLimiterMemory {
  /** The results of counts that were made here. */
  readonly #results = new WeakSet<object>();

  constructor(
    options: IRateLimiterOptions,
    private readonly onCount: () => void,
  ) {
    super(options);
  }

  override async consume(...args: Parameters<RateLimiterMemory['consume']>) {
    this.onCount();
    try {
      return this.#ownResult(await super.consume(...args));
    } catch (error) {
      // Above the limit, the result is thrown.
      throw this.#ownResult(error);
    }
  }

  override async penalty(...args: Parameters<RateLimiterMemory['penalty']>) {
    this.onCount();
    return super.penalty(...args);
  }

  /** Called if Redis can't take back a count that was made there. Here, it would make room for one more. */
  override async reward() {
    return new RateLimiterRes();
  }

  hasCounted(result: RateLimiterRes): boolean {
    return this.#results.has(result);
  }

  /** Takes back a count that was made here. */
  async takeBack(key: string): Promise<void> {
    await super.reward(key);
  }

  #ownResult<T>(result: T): T {
    if (typeof result === 'object' && result !== null) this.#results.add(result);
    return result;
  }
}
