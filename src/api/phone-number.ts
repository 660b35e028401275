import { parsePhoneNumberFromString, type PhoneNumberType } from 'libphonenumber-js/max';
import { VerificationError } from '../domain/errors';

export interface PhoneNumber {
  /** E.164. */
  readonly e164: string;
  /** As operators may see it: `+1 425 ••• ••23`. */
  readonly masked: string;
}

/** How many of the national digits stay hidden at least, where the number has that many. */
const MIN_HIDDEN_DIGITS = 5;
const SHOWN_AT_THE_END = 2;
const MAX_SHOWN_AT_THE_START = 3;

/** Kinds that get no text, or that are called for money: the target of whoever earns by the texts of others. */
const REFUSED_KINDS: readonly PhoneNumberType[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PAGER',
  'VOICEMAIL',
  'FIXED_LINE',
];

/**
 * `allowedCountries`: ISO 3166-1 alpha-2, undefined for all.
 * @throws VerificationError `invalid_phone_number`, also for a national format: nothing is guessed;
 * `unsupported_phone_number`, `country_not_allowed`
 */
export function parsePhoneNumber(text: string, allowedCountries?: readonly string[]): PhoneNumber {
  const parsed = parsePhoneNumberFromString(text, { extract: false });
  if (!parsed?.isPossible() || parsed.ext !== undefined) {
    throw new VerificationError({ code: 'invalid_phone_number' });
  }
  const kind = parsed.getType();
  if (kind !== undefined && REFUSED_KINDS.includes(kind)) {
    throw new VerificationError({ code: 'unsupported_phone_number' });
  }
  if (allowedCountries && !allowedCountries.includes(parsed.country ?? '')) {
    throw new VerificationError({ code: 'country_not_allowed' });
  }
  return { e164: parsed.number, masked: mask(parsed.formatInternational()) };
}

/** Keeps the country, at most three digits after it and the last two. `international` is `+1 425 555 0123`. */
function mask(international: string): string {
  const [country = '', ...groups] = international.split(' ');
  const national = groups.join(' ');
  const digits = national.replaceAll(/\D/g, '').length;
  const firstGroup = groups[0]?.replaceAll(/\D/g, '').length ?? 0;
  const hideable = Math.max(0, digits - SHOWN_AT_THE_END - MIN_HIDDEN_DIGITS);
  const head = Math.min(firstGroup, MAX_SHOWN_AT_THE_START, hideable);
  let position = 0;
  const masked = national.replaceAll(/\d/g, (digit) => {
    const at = position++;
    return at < head || at >= digits - SHOWN_AT_THE_END ? digit : '•';
  });
  return `${country} ${masked}`;
}
