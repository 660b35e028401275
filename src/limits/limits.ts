import type { Limit } from '../domain/types';
import type { Reservation } from '../gateway/verifications';
import type { Tenants } from '../tenants/registry';
import { createCounters, reserve, type Counter, type CountersDependencies } from './counters';

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

export interface LimitsDependencies extends CountersDependencies {
  readonly budgets: Budgets;
  readonly tenants: Tenants;
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
/** The key of the counter for all messages. */
const ALL = 'all';

export function createLimits({ budgets, tenants, ...counting }: LimitsDependencies): Limits {
  const counter = createCounters(counting);
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
      // Otherwise a caller above its limit could fill the memory with counts for addresses that it has made up.
      if (caller !== undefined) await limits?.caller.assertBelow(caller);
      await reserve([
        ...Object.entries(named).map(([name, value]) => [limits?.named.get(name), value] as const),
        [limits?.clientIp, clientIp],
        [limits?.caller, caller],
      ]);
    },
    // The messages per second last: Redis does not take their counts back, as a second is too short for that.
    reserveMessage: (number) => reserve([...budgetsOf(number), [messagesPerSecond, ALL]]),
    reserveResend: () => reserve([[messagesPerSecond, ALL]]),
    async recordResend(number) {
      for (const [budget, value] of budgetsOf(number)) await budget.record(value);
    },
  };
}
