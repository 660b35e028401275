import type { Redis } from 'ioredis';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Digests } from '../crypto/digest';
import { retryAfterSeconds, VerificationError } from '../domain/refusals';
import { DEFAULT_TENANT } from '../domain/tenant-id';
import type { Limit } from '../domain/types';
import type { Reservation } from '../gateway/verifications';
import type { ApiMetrics } from '../telemetry/api-metrics';
import { createMemoryStore, createRedisStore } from './stores';

export interface CountersDependencies {
  /** Shares the counts between API processes. If undefined, each process counts alone. */
  readonly redis: Redis | undefined;
  readonly digests: Digests;
  readonly metrics: Pick<ApiMetrics, 'countRedisFallback'>;
}

/** Counts separately for each value. */
export interface Counter {
  /**
   * Counts one, and returns a function that takes it back.
   * @throws VerificationError `rate_limited` above the limit; the refused one is taken back, too
   */
  consume(value: string): Promise<TakeBack>;
  /**
   * Counts nothing. Does nothing while Redis counts: it would be one more call for each request.
   * @throws VerificationError `rate_limited` if the limit is reached
   */
  assertBelow(value: string): Promise<void>;
  /** Counts without a limit. */
  record(value: string): Promise<unknown>;
}

type TakeBack = () => Promise<unknown>;

const UNLIMITED: Counter = {
  consume: async () => async () => {},
  assertBelow: async () => {},
  record: async () => {},
};

/** Returns a function that makes the counter of one limit. */
export function createCounters({ redis, digests, metrics }: CountersDependencies) {
  /** `kind`: the limit's name for logs and callers. */
  return function counter(
    kind: string,
    limit: Limit | undefined,
    tenantId: string = DEFAULT_TENANT,
  ): Counter {
    if (!limit) return UNLIMITED;
    const name = tenantId === DEFAULT_TENANT ? kind : `${kind}:${tenantId}`;
    const options = {
      // The key has the period, since Redis keeps a count until the end of the period with which it began.
      keyPrefix: `phone-verification:limit:${name}:${limit.periodMs}`,
      points: limit.max,
      duration: limit.periodMs / 1000,
    };
    const store = redis
      ? createRedisStore(options, redis, metrics.countRedisFallback)
      : createMemoryStore(options);
    // Only digests are stored, here and in Redis: no addresses and no phone numbers.
    const keyOf = (value: string) => digests.limit(name, value);
    const refusal = ({ msBeforeNext }: RateLimiterRes) =>
      new VerificationError({
        code: 'rate_limited',
        limit: kind,
        retryAfterSeconds: retryAfterSeconds(msBeforeNext),
      });
    return {
      async consume(value) {
        const key = keyOf(value);
        try {
          const count = await store.consume(key);
          const periodEndsAt = performance.now() + count.msBeforeNext;
          return () => store.takeBack(key, count, periodEndsAt - performance.now());
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw error;
          // The limiter has counted the refused one, too.
          await store.takeBack(key, error, error.msBeforeNext);
          throw refusal(error);
        }
      },
      async assertBelow(value) {
        const count = await store.inMemory(keyOf(value));
        if (count && count.consumedPoints >= limit.max) throw refusal(count);
      },
      record: (value) => store.record(keyOf(value)),
    };
  };
}

/** Counts each value in its counter, if both are defined. If one counter refuses, it takes back the others' counts. */
export async function reserve(
  counters: readonly (readonly [counter: Counter | undefined, value: string | undefined])[],
): Promise<Reservation> {
  const reserved: TakeBack[] = [];
  const cancel = async () => {
    for (const takeBack of reserved) await takeBack();
  };
  try {
    for (const [counter, value] of counters)
      if (counter && value !== undefined) reserved.push(await counter.consume(value));
  } catch (error) {
    await cancel();
    throw error;
  }
  return { cancel };
}
