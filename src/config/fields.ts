import { isIP } from 'node:net';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isCanonical } from '../numbers/phone-number';
import type { Limit } from '../domain/types';

export const text = z.string().trim().min(1, { error: 'must not be empty', abort: true });

export function required(shape: string) {
  return z.string({ error: `is required: ${shape}` }).trim();
}

export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().min(min, error).max(max, error));
}

/** A port, or `off`, which is undefined. */
export const portOrOff = text.transform((value, context) => {
  if (value === 'off') return undefined;
  const port = integer(1, 65_535).safeParse(value);
  if (!port.success) context.addIssue('must be off or a whole number from 1 to 65535');
  return port.data;
});

/** Whether links can be made by adding a path to the URL. */
export function isBase(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  // Not `search` and `hash`: these are empty for a single `?` or `#`.
  return url.username === '' && url.password === '' && !/[?#]/.test(value);
}

/** The bytes, of any length. Empty if the text is not base64: Node's decoder skips invalid characters. */
export function secretBytes(base64: string): Buffer {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
}

/** Whether a client can send the text in a header: HTTP libraries encode other characters in different ways. */
export function isHeaderText(value: string): boolean {
  return /^[\x21-\x7E]+$/.test(value);
}

const LONGEST_SHORT_CODE = 6;

/** Whether a sender is a phone number without its `+`: it has more digits than a short code, and no letter. */
export function isNumberWithoutPlus(sender: string): boolean {
  return /^[\d ().-]+$/.test(sender) && sender.replaceAll(/\D/g, '').length > LONGEST_SHORT_CODE;
}

export const ALL_ZERO = 'must not be all zero: make one with npm run keys';

export function isAllZero(bytes: Buffer): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0);
}

/** The bytes of each of SECRET_KEYS, whether or not the variable is valid. */
export function secretKeyBytes(value: string): Buffer[] {
  return list(value).map((entry) => secretBytes(entry.slice(entry.indexOf(':') + 1)));
}

export function parseSecretKeys(value: string, context: z.RefinementCtx) {
  const keys = list(value).map((entry) => {
    const [, id = '', base64 = ''] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(entry) ?? [];
    return { id, bytes: secretBytes(base64) };
  });
  if (keys.some(({ id, bytes }) => id === '' || bytes.length !== 32)) {
    context.addIssue(
      'must be id:base64(32 bytes), several of them comma-separated: make one with npm run keys',
    );
  }
  if (hasDoubles(keys.map(({ id }) => id))) context.addIssue('has the same id twice');
  if (hasDoubles(keys.map(({ bytes }) => bytes.toString('base64'))))
    context.addIssue('has the same key twice');
  if (keys.some(({ bytes }) => isAllZero(bytes))) context.addIssue(ALL_ZERO);
  return keys;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LIMIT_SHAPE = 'must be off or a number and a period of at most 24d, like 600/1m, 1000/1h or 5000/1d';
/** The longest time of a Node timer. */
const MAX_PERIOD_MS = 24 * 86_400_000;

/** `600/1m`, or `off`, which is undefined. */
export const limit = text.transform(parseLimit);

/** `1000/1h,US=5000/1h,DE=off`: `general` applies unless `countries` has an entry for the country. */
export const limitsByCountry = text.transform((value, context) => {
  const [general = '', ...entries] = list(value);
  const countries = new Map<string, Limit | undefined>();
  for (const entry of entries) {
    const [, country = '', countryLimit = ''] = /^([A-Z]{2})=(.+)$/.exec(entry) ?? [];
    if (!isSupportedCountry(country) || countries.has(country))
      context.addIssue(
        'must be like 1000/1h,US=5000/1h,DE=off: first the budget of all countries, then those of single countries',
      );
    else countries.set(country, parseLimit(countryLimit, context));
  }
  // An array of entries, because a Map can't be frozen.
  return { general: parseLimit(general, context), countries: [...countries] };
});

function parseLimit(value: string, context: z.RefinementCtx): Limit | undefined {
  if (value === 'off') return undefined;
  const [, max, count, unit = ''] = /^([1-9]\d{0,8})\/([1-9]\d{0,7})([smhd])$/.exec(value) ?? [];
  const periodMs = Number(count) * (UNIT_MS[unit] ?? 0);
  if (max === undefined || periodMs > MAX_PERIOD_MS) {
    context.addIssue(LIMIT_SHAPE);
    return undefined;
  }
  return { max: Number(max), periodMs };
}

const MAX_NUMBER_LIMIT = 1_000;

/** Like `limit`, but null for `off`, and with a maximum: Temporal stores the time of each message to a number. */
export const numberLimit = limit.transform((value, context) => {
  if (value && value.max > MAX_NUMBER_LIMIT)
    context.addIssue(`must be off or at most ${MAX_NUMBER_LIMIT} in a period`);
  return value ?? null;
});

export function parseMessagesPerSecond(value: string, context: z.RefinementCtx): Limit | undefined {
  if (value === 'off') return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value)) context.addIssue('must be off or a whole number from 1 to 9999');
  return { max: Number(value), periodMs: 1_000 };
}

const TEST_NUMBER = /^(\+\d+)=(\d{4,10})@(\d{4}-\d{2}-\d{2})$/;

/** The last millisecond of a day like `2027-01-31` in UTC, epoch milliseconds. NaN if it is not a day. */
export function endOfDay(day: string): number {
  const endsAt = Date.parse(`${day}T23:59:59.999Z`);
  // Date.parse reads 31 February as a day in March.
  const isDay = !Number.isNaN(endsAt) && new Date(endsAt).toISOString().startsWith(day);
  return isDay ? endsAt : Number.NaN;
}

/** `+14255550123=2168@2027-01-31`, comma-separated: the code is accepted until the end of that day, UTC. */
export function parseTestNumbers(value: string, context: z.RefinementCtx) {
  const testNumbers = list(value).map((entry) => {
    const [, phoneNumber = '', code = '', lastDay = ''] = TEST_NUMBER.exec(entry) ?? [];
    const endsAt = endOfDay(lastDay);
    // Another spelling would match no start, and the number would get a real message.
    return { phoneNumber, code, endsAt, isRight: !Number.isNaN(endsAt) && isCanonical(phoneNumber) };
  });
  if (!testNumbers.every(({ isRight }) => isRight))
    context.addIssue('must be like +14255550123=2168@2027-01-31: E.164, code, last day; comma-separated');
  if (hasDoubles(testNumbers.map(({ phoneNumber }) => phoneNumber)))
    context.addIssue('has the same number twice');
  return testNumbers.map(({ phoneNumber, code, endsAt }) => ({ phoneNumber, code, endsAt }));
}

/** ISO 3166-1 alpha-2, of countries that have phone numbers. */
export function parseCountries(value: string, context: z.RefinementCtx): string[] {
  const countries = list(value);
  if (!countries.every((country) => isSupportedCountry(country)))
    context.addIssue('must be country codes like US,CA,GB');
  return countries;
}

export function parseSeconds(value: string, context: z.RefinementCtx): number[] {
  const seconds = list(value);
  if (!seconds.every((entry) => /^\d{1,7}$/.test(entry)))
    context.addIssue('must be whole numbers of seconds with commas between them');
  return seconds.map(Number);
}

/** The entries of a comma-separated list. */
export function list(value: string): string[] {
  return value.split(',').map((entry) => entry.trim());
}

export function hasDoubles(entries: readonly string[]): boolean {
  return new Set(entries).size < entries.length;
}

/** The addresses of the proxies. Not their number: a client that reaches the API directly could claim any address. */
export function parseTrustProxy(value: string, context: z.RefinementCtx): false | string[] {
  if (value === 'off') return false;
  const proxies = list(value);
  if (!proxies.every(isProxy))
    context.addIssue('must be off, or the proxies’ addresses like loopback,uniquelocal,203.0.113.0/24');
  return proxies;
}

function isProxy(proxy: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(proxy)) return true;
  const [, address = '', bits = '32'] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(proxy) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
}
