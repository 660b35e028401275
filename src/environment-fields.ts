import { isIP } from 'node:net';
import { z } from 'zod';

export const text = z.string().trim().min(1, 'must not be empty');

export function required(shape: string) {
  return z.string({ error: `is required: ${shape}` }).trim();
}

export function integer(min: number, max: number, fallback: number) {
  return wholeNumber(min, max).default(fallback);
}

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().min(min, error).max(max, error));
}

/** Thirty-two bytes, or whatever the text holds: the caller looks at the length. */
export const secretBytes = (base64: string) => Buffer.from(base64, 'base64');

export function parseSecretKeys(value: string, context: z.RefinementCtx) {
  const keys = value.split(',').map((entry) => {
    const [, id = '', base64 = ''] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(entry.trim()) ?? [];
    return { id, bytes: secretBytes(base64) };
  });
  if (keys.some(({ id, bytes }) => id === '' || bytes.length !== 32)) {
    context.addIssue(
      'must be id:base64(32 bytes), several of them comma-separated: make one with npm run keys',
    );
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) context.addIssue('has the same id twice');
  return keys;
}

/** So many in a period. */
export interface Limit {
  readonly max: number;
  readonly periodMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LIMIT_SHAPE = 'must be off or a number and a period, like 600/1m, 1000/1h or 5000/1d';

/** `600/1m`, or `off`, which is undefined. */
export function limit(fallback: string) {
  return text.default(fallback).transform((value, context) => parseLimit(value, context));
}

/** `1000/1h,US=5000/1h,DE=off`: the first is every country's that has none of its own. */
export function limitsByCountry(fallback: string) {
  return text.default(fallback).transform((value, context) => {
    const [general = '', ...entries] = value.split(',').map((entry) => entry.trim());
    const countries = new Map<string, Limit | undefined>();
    for (const entry of entries) {
      const [, country, countryLimit] = /^([A-Z]{2})=(.+)$/.exec(entry) ?? [];
      if (country === undefined || countryLimit === undefined)
        context.addIssue('must be like 1000/1h,US=5000/1h,DE=off: every country’s first, then exceptions');
      else countries.set(country, parseLimit(countryLimit, context));
    }
    return { general: parseLimit(general, context), countries };
  });
}

function parseLimit(value: string, context: z.RefinementCtx): Limit | undefined {
  if (value === 'off') return undefined;
  const [, max, count, unit = ''] = /^([1-9]\d{0,8})\/([1-9]\d{0,3})([smhd])$/.exec(value) ?? [];
  const unitMs = UNIT_MS[unit];
  if (max === undefined || unitMs === undefined) {
    context.addIssue(LIMIT_SHAPE);
    return undefined;
  }
  return { max: Number(max), periodMs: Number(count) * unitMs };
}

export function parseTextsPerSecond(value: string, context: z.RefinementCtx): number | undefined {
  if (value === 'off') return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value)) context.addIssue('must be off or a whole number from 1 to 9999');
  return Number(value);
}

const TEST_NUMBER = /^(\+[1-9]\d{6,14})=(\d{4,8})@(\d{4}-\d{2}-\d{2})$/;

/** `+14255550123=2168@2027-01-31`, comma-separated: the code is good through the end of that day, UTC. */
export function parseTestNumbers(value: string, context: z.RefinementCtx) {
  const testNumbers = value.split(',').map((entry) => {
    const [, phoneNumber = '', code = '', lastDay = ''] = TEST_NUMBER.exec(entry.trim()) ?? [];
    return { phoneNumber, code, endsAt: Date.parse(`${lastDay}T23:59:59.999Z`) };
  });
  if (testNumbers.some(({ endsAt }) => Number.isNaN(endsAt)))
    context.addIssue('must be like +14255550123=2168@2027-01-31: number, code, last day; comma-separated');
  if (new Set(testNumbers.map(({ phoneNumber }) => phoneNumber)).size < testNumbers.length)
    context.addIssue('has the same number twice');
  return testNumbers;
}

/** How many proxies stand before the API, or their addresses. Never "all": then anybody could name any address. */
export function parseTrustProxy(value: string, context: z.RefinementCtx): false | number | string[] {
  if (value === 'off') return false;
  if (/^[1-9]$/.test(value)) return Number(value);
  const proxies = value.split(',').map((entry) => entry.trim());
  if (!proxies.every(isProxy))
    context.addIssue(
      'must be off, the number of proxies (1 to 9), or their addresses like loopback,10.0.0.0/8',
    );
  return proxies;
}

function isProxy(proxy: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) return true;
  const [, address = '', bits = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(proxy) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
