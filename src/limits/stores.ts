import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  type IRateLimiterOptions,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import { FallbackLimiter } from './fallback-limiter';

/** Where the counts of one limit are kept. */
export interface LimitStore {
  /** Counts one. @throws RateLimiterRes above the limit; it is counted all the same */
  consume(key: string): Promise<RateLimiterRes>;
  /** Takes a count back, `leftMs` before the end of its period. */
  takeBack(key: string, count: RateLimiterRes, leftMs: number): Promise<unknown>;
  /** Counts one without a limit. */
  record(key: string): Promise<unknown>;
  /** The count in this process's memory, if new keys would be kept there. */
  inMemory(key: string): Promise<RateLimiterRes | null>;
}

/** In the last second of a period, Redis takes no count back: it may do it later, and reduce the next period's count. */
const REDIS_LAST_PART_MS = 1_000;

/** Each process counts alone. */
export function createMemoryStore(options: IRateLimiterOptions): LimitStore {
  const memory = new RateLimiterMemory(options);
  return {
    consume: (key) => memory.consume(key),
    takeBack: async (key, _count, leftMs) => leftMs > 0 && memory.reward(key),
    record: (key) => memory.penalty(key),
    inMemory: (key) => memory.get(key),
  };
}

/** All processes count together. While Redis can't count, each counts alone. The connection logs that (redis.ts). */
export function createRedisStore(
  options: IRateLimiterOptions,
  storeClient: Redis,
  onFallback: () => void,
): LimitStore {
  const fallback = new FallbackLimiter(options, onFallback);
  const redis = new RateLimiterRedis({
    ...options,
    storeClient,
    insuranceLimiter: fallback,
    rejectIfRedisNotReady: true,
  });
  return {
    consume: (key) => redis.consume(key),
    /** Where it was made: Redis may have returned since the count, or been lost. */
    async takeBack(key, count, leftMs) {
      if (fallback.hasCounted(count)) return leftMs > 0 && fallback.takeBack(key);
      return leftMs > REDIS_LAST_PART_MS && redis.reward(key);
    },
    record: (key) => redis.penalty(key),
    inMemory: async (key) => (storeClient.status === 'ready' ? null : fallback.get(key)),
  };
}
