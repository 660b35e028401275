import { z } from 'zod';
import { hashOf } from '../crypto/api-keys';
import { limit, numberLimit } from './fields';
import { messageText } from './message-text';

// Values in TENANTS_FILE. Unlike variables, they have types: a number is a number, and a list is a list.

/** What a shell hashes if the variable with the secret is not set, with `printf` and with `echo`. */
const EMPTY_HASHES: readonly string[] = ['', '\n'].map(hashOf);

/** The SHA-256 of a secret. The secret itself is not in the file. `options`: of npm run keys. */
function hashMadeWith(options: string) {
  const shape = `must be sha256: and 64 hex digits: make one with npm run keys -- --tenant <id>${options}`;
  return z
    .string({ error: shape })
    .regex(/^sha256:[0-9a-fA-F]{64}$/, shape)
    .transform((value) => value.slice(value.indexOf(':') + 1).toLowerCase())
    .refine((digits) => !EMPTY_HASHES.includes(digits), 'is the hash of an empty secret')
    .meta({ description: 'The SHA-256 of a secret: sha256: and 64 hex digits.' });
}

export const hash = hashMadeWith('');
export const verifyHash = hashMadeWith(' --verify');

export const hashes = z.array(hash, { error: 'must be a list of hashes' });

/** `quoted`: the message for a value that is a number or true or false, because it is not in quotes. */
export function text(shape: string, quoted = 'must be a text, in quotes') {
  return z
    .string({ error: ({ input }) => (['number', 'boolean'].includes(typeof input) ? quoted : shape) })
    .trim()
    .min(1, shape);
}

export function integer([min, max]: readonly [min: number, max: number], description: string) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int(error).min(min, error).max(max, error).meta({ description });
}

export function flag(description: string) {
  return z.boolean({ error: 'must be true or false' }).default(false).meta({ description });
}

/** A Twilio SID: two letters and 32 hex digits. */
export function sid(letters: string) {
  const error = `must be ${letters} and 32 hex digits`;
  return z.string({ error }).regex(new RegExp(`^${letters}[0-9a-fA-F]{32}$`), error);
}

export function sidKeys(letters: string) {
  return sid(letters).meta({ description: `${letters} and 32 hex digits` });
}

const LIMIT = 'must be a limit like 600/1m, or off';

/** Like the variables of this kind: undefined for `off`. */
export const fileLimit = z.string({ error: LIMIT }).pipe(limit);

/** Like NUMBER_LIMIT: null for `off`. */
export const fileNumberLimit = z.string({ error: LIMIT }).pipe(numberLimit);

export const withCode = messageText(
  text('must be a sentence with {code}'),
  'must have single braces: {code}, {name} (at Twilio: friendly_name) and {ttl}',
);
