import { z } from 'zod';
import type { Limit } from '../domain/types';

export const text = z.string().trim().min(1, { error: 'must not be empty', abort: true });

export function required(shape: string) {
  return z.string({ error: `is required: ${shape}` }).trim();
}

export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().min(min, error).max(max, error));
}

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

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LIMIT_SHAPE = 'must be off or a number and a period of at most 24d, like 600/1m, 1000/1h or 5000/1d';
/** The longest time of a Node timer. */
const MAX_PERIOD_MS = 24 * 86_400_000;

/** `600/1m`, or `off`, which is undefined. */
export const limit = text.transform(parseLimit);

export function parseLimit(value: string, context: z.RefinementCtx): Limit | undefined {
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

/** The last millisecond of a day like `2027-01-31` in UTC, epoch milliseconds. NaN if it is not a day. */
export function endOfDay(day: string): number {
  const endsAt = Date.parse(`${day}T23:59:59.999Z`);
  // Date.parse reads 31 February as a day in March.
  const isDay = !Number.isNaN(endsAt) && new Date(endsAt).toISOString().startsWith(day);
  return isDay ? endsAt : Number.NaN;
}

/** The entries of a comma-separated list. */
export function list(value: string): string[] {
  return value.split(',').map((entry) => entry.trim());
}

export function hasDoubles(entries: readonly string[]): boolean {
  return new Set(entries).size < entries.length;
}
