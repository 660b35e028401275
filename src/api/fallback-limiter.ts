import { RateLimiterMemory, type IRateLimiterOptions } from 'rate-limiter-flexible';

/** Counts in this process while Redis does not answer, and reports each count. */
export class FallbackLimiter extends RateLimiterMemory {
  constructor(
    options: IRateLimiterOptions,
    private readonly onCount: () => void,
  ) {
    super(options);
  }

  override async consume(...args: Parameters<RateLimiterMemory['consume']>) {
    this.onCount();
    return super.consume(...args);
  }

  override async penalty(...args: Parameters<RateLimiterMemory['penalty']>) {
    this.onCount();
    return super.penalty(...args);
  }
}
