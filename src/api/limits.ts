import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Digests } from '../crypto/digest';
import { retryAfterSeconds, VerificationError } from '../domain/refusals';
import { DEFAULT_TENANT } from '../domain/tenant-id';
import type { Limit } from '../domain/types';
import type { Reservation } from '../gateway/verifications';
import type { Tenants } from '../tenants/registry';
import type { ApiMetrics } from '../telemetry/api-metrics';
import { FallbackLimiter } from './fallback-limiter';

/** Budgets of all tenants together; undefined for no limit. */
export interface Budgets {
  /** Messages to one country: `general` applies unless `countries` has an entry for the country. */
  readonly country: {
    readonly general: Limit | undefined;
    readonly countries: Iterable<readonly [country: string, limit: Limit | undefined]>;
  };
  /** Messages to a block of 10,000 numbers: fraudsters rent numbers in such blocks. */
  readonly prefix: Limit | undefined;
  /** All messages. */
  readonly messagesPerSecond: Limit | undefined;
}

export interface LimitsDependencies {
  readonly budgets: Budgets;
  readonly tenants: Tenants;
  /** Shares the counts between API processes. If undefined, each process counts alone. */
  readonly redis: Redis | undefined;
  readonly digests: Digests;
  readonly metrics: Pick<ApiMetrics, 'countRedisFallback'>;
}

/** Who requests a message. */
export interface Requester {
  readonly tenantId: string;
  /** The digest of the API key; undefined for a request without one. */
  readonly caller: string | undefined;
  /** As `clientOf` returns it; undefined if it is not known. */
  readonly clientIp: string | undefined;
  /** Values of limits that the tenant has named. Unknown names have no limit. */
  readonly named?: Readonly<Record<string, string>> | undefined;
}

export interface MessagedNumber {
  /** E.164. */
  readonly e164: string;
  readonly country: string;
}

/** Counts requests and messages. Above a limit, the methods throw VerificationError `rate_limited`. */
export interface Limits {
  /** Counts one request for a message, whether or not it leads to a message. */
  countRequest(requester: Requester): Promise<void>;
  /** Counts a verification's first message before it is requested. */
  reserveMessage(number: MessagedNumber): Promise<Reservation>;
  /** Counts a resend against the limit of messages per second, before it is requested. */
  reserveResend(): Promise<Reservation>;
  /** Counts a resend against the budgets, which never refuse one. Its number is known only after the request. */
  recordResend(number: MessagedNumber): Promise<void>;
}

/** Keeps a tenant's limit named `number` apart from the built-in limit `number`. */
export const NAMED_LIMIT_PREFIX = 'named:';
const BLOCK_DIGITS = 4;
/** In the last second of a period, no count is taken back: Redis may do it later, and reduce the next period's count. */
const LAST_PART_MS = 1_000;
/** The key of the counter for all messages. */
const ALL = 'all';

export function createLimits({ budgets, tenants, redis, digests, metrics }: LimitsDependencies): Limits {
  const tenantCounters = new Map(
    tenants.all.map(({ id, limits, verify }) => [
      id,
      {
        caller: counter('caller', limits.caller, id),
        clientIp: counter('client-ip', limits.clientIp, id),
        named: new Map(
          Object.entries(verify?.rateLimits ?? {}).map(([name, limit]) => [
            name,
            counter(`${NAMED_LIMIT_PREFIX}${name}`, limit, id),
          ]),
        ),
      },
    ]),
  );
  const messagesPerSecond = counter('texts-per-second', budgets.messagesPerSecond);
  const prefix = counter('prefix', budgets.prefix);
  const anyCountry = counter('country', budgets.country.general);
  const countries = new Map(
    [...budgets.country.countries].map(([country, limit]) => [country, counter('country', limit)]),
  );

  /** The narrower budget first: a message that it refuses must not count against the wider budget. */
  function budgetsOf({ e164, country }: MessagedNumber): [Counter, string][] {
    return [
      [prefix, e164.slice(0, -BLOCK_DIGITS)],
      [countries.get(country) ?? anyCountry, country],
    ];
  }

  return {
    async countRequest({ tenantId, caller, clientIp, named = {} }) {
      const limits = tenantCounters.get(tenantId);
      await reserve([
        ...Object.entries(named).map(([name, value]) => [limits?.named.get(name), value] as const),
        [limits?.clientIp, clientIp],
        [limits?.caller, caller],
      ]);
    },
    reserveMessage: (number) => reserve([[messagesPerSecond, ALL], ...budgetsOf(number)]),
    reserveResend: () => reserve([[messagesPerSecond, ALL]]),
    async recordResend(number) {
      for (const [budget, value] of budgetsOf(number)) await budget.record(value);
    },
  };

  /** `kind`: the limit's name for logs and callers. */
  function counter(kind: string, limit: Limit | undefined, tenantId: string = DEFAULT_TENANT): Counter {
    if (!limit) return UNLIMITED;
    const name = tenantId === DEFAULT_TENANT ? kind : `${kind}:${tenantId}`;
    const options = {
      // The key has the period, since Redis keeps a count until the end of the period with which it began.
      keyPrefix: `phone-verification:limit:${name}:${limit.periodMs}`,
      points: limit.max,
      duration: limit.periodMs / 1000,
    };
    const limiter =
      redis === undefined
        ? new RateLimiterMemory(options)
        : // Without Redis, `insuranceLimiter` counts. The connection logs that (redis.ts).
          new RateLimiterRedis({
            ...options,
            storeClient: redis,
            insuranceLimiter: new FallbackLimiter(options, metrics.countRedisFallback),
            rejectIfRedisNotReady: true,
          });
    // Only digests are stored, here and in Redis: no addresses and no phone numbers.
    const keyOf = (value: string) => digests.limit(name, value);
    return {
      async consume(value) {
        const key = keyOf(value);
        const takeBack = async (leftMs: number) => leftMs > LAST_PART_MS && (await limiter.reward(key));
        try {
          const { msBeforeNext } = await limiter.consume(key);
          const periodEndsAt = performance.now() + msBeforeNext;
          return async () => void (await takeBack(periodEndsAt - performance.now()));
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw error;
          // The limiter has counted the refused one, too.
          await takeBack(error.msBeforeNext);
          throw new VerificationError({
            code: 'rate_limited',
            limit: kind,
            retryAfterSeconds: retryAfterSeconds(error.msBeforeNext),
          });
        }
      },
      record: async (value) => void (await limiter.penalty(keyOf(value))),
    };
  }
}

/** Counts separately for each value. */
interface Counter {
  /**
   * Counts one, and returns a function that takes it back.
   * @throws VerificationError `rate_limited` above the limit; the refused one is taken back, too
   */
  consume(value: string): Promise<TakeBack>;
  /** Counts without a limit. */
  record(value: string): Promise<void>;
}

type TakeBack = () => Promise<void>;

const UNLIMITED: Counter = {
  consume: async () => async () => {},
  record: async () => {},
};

/** Counts each value in its counter, if both are defined. If one counter refuses, it takes back the others' counts. */
async function reserve(
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
