import { isIP } from 'node:net';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Digests } from '../crypto/digest';
import { VerificationError } from '../domain/errors';

/** So many in a period. */
export interface Limit {
  readonly max: number;
  readonly periodMs: number;
}

/** Undefined for no limit. */
export interface LimitSettings {
  /** Requests for texts by one API key. */
  readonly caller: Limit | undefined;
  /** Requests for texts by one end user. */
  readonly clientIp: Limit | undefined;
  /** Texts to one country: that of all which have none of their own, and those. */
  readonly country: {
    readonly general: Limit | undefined;
    readonly countries: ReadonlyMap<string, Limit | undefined>;
  };
  /** Texts to a block of 10,000 numbers, the unit in which they are bought to be pumped. */
  readonly prefix: Limit | undefined;
}

export interface LimitsDependencies {
  readonly limits: LimitSettings;
  /** Shares the counts between APIs; undefined: each process counts for itself. */
  readonly redis: Redis | undefined;
  readonly digests: Digests;
}

/** Who asks for a text. `caller` is undefined for one without an API key. */
export interface Asker {
  readonly caller: string | undefined;
  /** As `clientOf` has it. */
  readonly clientIp: string | undefined;
}

export interface TextedNumber {
  /** E.164. */
  readonly e164: string;
  readonly country: string;
}

/** Counts what leads to texts. `ask` and `spend` throw VerificationError `rate_limited` beyond a limit. */
export interface Limits {
  /** One request for a text, whatever becomes of it. */
  ask(request: FastifyRequest, asker: Asker): Promise<void>;
  /** One text, before it is asked for. */
  spend(request: FastifyRequest, number: TextedNumber): Promise<void>;
  /** One text that was asked for already: it counts, and is never refused. */
  book(request: FastifyRequest, number: TextedNumber): Promise<void>;
}

type CreateRateLimit = FastifyInstance['createRateLimit'];
/** Whether there is one too many, and for how long. */
type Count = (request: FastifyRequest, value: string) => Promise<{ exceededForSeconds: number | undefined }>;

/** How many values a process remembers for each limit: the longest unused goes first. */
const REMEMBERED = 50_000;
const BLOCK_DIGITS = 4;

export async function createLimits(app: FastifyInstance, dependencies: LimitsDependencies): Promise<Limits> {
  const { limits, redis, digests } = dependencies;
  const inProcess = await rateLimits(app, undefined);
  const shared = redis && (await rateLimits(app, redis));

  const caller = counter('caller', limits.caller);
  const clientIp = counter('client-ip', limits.clientIp);
  const prefix = counter('prefix', limits.prefix);
  const anyCountry = counter('country', limits.country.general);
  const countries = new Map(
    [...limits.country.countries].map(([country, limit]) => [country, counter('country', limit)]),
  );

  async function countText(request: FastifyRequest, { e164, country }: TextedNumber, enforced: boolean) {
    // The block first: what is refused for its sake must not use up its country's.
    const inBlock = await prefix(request, e164.slice(0, -BLOCK_DIGITS));
    if (enforced) refuseBeyond(inBlock);
    const inCountry = await (countries.get(country) ?? anyCountry)(request, country);
    if (enforced) refuseBeyond(inCountry);
  }

  return {
    async ask(request, asker) {
      // The client first: what is refused for its sake must not use up its caller's.
      if (asker.clientIp !== undefined) refuseBeyond(await clientIp(request, asker.clientIp));
      if (asker.caller !== undefined) refuseBeyond(await caller(request, asker.caller));
    },
    spend: (request, number) => countText(request, number, true),
    book: (request, number) => countText(request, number, false),
  };

  function counter(kind: string, limit: Limit | undefined): Count {
    if (!limit) return async () => ({ exceededForSeconds: undefined });
    const own = counted(inProcess, kind, limit);
    const common = shared && counted(shared, kind, limit);
    if (!common) return own;
    return async (request, value) => {
      try {
        return await common(request, value);
      } catch {
        // Said by the connection, once.
        return own(request, value);
      }
    };
  }

  function counted(create: CreateRateLimit, kind: string, { max, periodMs }: Limit): Count {
    const keys = new WeakMap<FastifyRequest, string>();
    const options = { max, timeWindow: periodMs, cache: REMEMBERED };
    const count = create({ ...options, keyGenerator: (request) => keys.get(request) ?? '' });
    return async (request, value) => {
      // Neither addresses nor numbers are kept, here or in Redis.
      keys.set(request, digests.limit(kind, value));
      const result = await count(request);
      const exceeded = !result.isAllowed && result.isExceeded;
      return { exceededForSeconds: exceeded ? Math.max(1, result.ttlInSeconds) : undefined };
    };
  }
}

/** Who stands for an address: in IPv6 its /64. Some proxies add a port; what is no address at all is one client. */
export function clientOf(address: string): string {
  const [, inBrackets, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  const bare = inBrackets ?? withPort ?? address;
  return isIP(bare) === 0 ? 'unknown' : normalizeIP(bare);
}

/** In a scope of its own: an instance takes the plugin once. */
async function rateLimits(app: FastifyInstance, redis: Redis | undefined): Promise<CreateRateLimit> {
  const scopes: FastifyInstance[] = [];
  await app.register(async (scope) => {
    await scope.register(rateLimit, {
      global: false,
      ...(redis && { redis, nameSpace: 'phone-verification:limit:' }),
    });
    scopes.push(scope);
  });
  const [scope] = scopes;
  if (!scope) throw new Error('The rate limits were not registered');
  return (options) => scope.createRateLimit(options);
}

function refuseBeyond({ exceededForSeconds }: { readonly exceededForSeconds: number | undefined }): void {
  if (exceededForSeconds !== undefined) {
    throw new VerificationError({ code: 'rate_limited', retryAfterSeconds: exceededForSeconds });
  }
}
