import { parsePhoneNumberFromString, type PhoneNumber as Parsed } from 'libphonenumber-js/max';
import { VerificationError } from '../domain/errors';

export interface PhoneNumber {
  /** E.164. */
  readonly e164: string;
  /** As operators may see it: `+1 425 ••• ••23`. */
  readonly masked: string;
  /** ISO 3166-1 alpha-2; `ZZ` for a number that belongs to no country. */
  readonly country: string;
  /** The fixed code of a test number: it gets no text. */
  readonly testCode?: string;
}

/** A number that is never texted: its code is known beforehand, until a day. */
export interface TestNumber {
  /** E.164. */
  readonly phoneNumber: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** Which numbers are taken. */
export interface NumberRules {
  /** ISO 3166-1 alpha-2; undefined for all. */
  readonly allowedCountries: readonly string[] | undefined;
  /** Whether a number must only have a possible length, or lie in a range that our metadata knows: those age. */
  readonly phoneNumberCheck: 'possible' | 'valid';
  readonly testNumbers: readonly TestNumber[];
}

/** How many of the national digits stay hidden at least, where the number has that many. */
const MIN_HIDDEN_DIGITS = 5;
const SHOWN_AT_THE_END = 2;
const MAX_SHOWN_AT_THE_START = 3;

/** ISO 3166-1's user-assigned code for what is unknown. */
const NO_COUNTRY = 'ZZ';

/** Kinds that get no text, or that are called for money: the target of whoever earns by the texts of others. */
const REFUSED_KINDS: readonly string[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PAGER',
  'VOICEMAIL',
  'FIXED_LINE',
];

/**
 * @throws VerificationError `invalid_phone_number`, also for a national format: nothing is guessed;
 * `unsupported_phone_number`, `country_not_allowed`
 */
export function parsePhoneNumber(text: string, rules: NumberRules, now = Date.now()): PhoneNumber {
  const { parsed, number } = readPhoneNumber(text, rules, now);
  if (number.testCode !== undefined) return number;
  if (rules.phoneNumberCheck === 'valid' && !parsed.isValid()) {
    throw new VerificationError({ code: 'invalid_phone_number' });
  }
  if (isRefusedKind(parsed)) throw new VerificationError({ code: 'unsupported_phone_number' });
  if (rules.allowedCountries && !rules.allowedCountries.includes(number.country)) {
    throw new VerificationError({ code: 'country_not_allowed' });
  }
  return number;
}

/** A number that was taken before, whatever the rules are by now. */
export function acceptedPhoneNumber(e164: string, rules: NumberRules, now = Date.now()): PhoneNumber {
  return readPhoneNumber(e164, rules, now).number;
}

function readPhoneNumber(text: string, rules: NumberRules, now: number) {
  const parsed = parsePhoneNumberFromString(text, { extract: false });
  // RFC 3966's parameters: a context would make a national number one of any country.
  if (!parsed?.isPossible() || parsed.ext !== undefined || text.includes(';')) {
    throw new VerificationError({ code: 'invalid_phone_number' });
  }
  const testCode = testCodeOf(parsed.number, rules, now);
  const number: PhoneNumber = {
    e164: parsed.number,
    masked: mask(parsed.formatInternational()),
    country: parsed.country ?? NO_COUNTRY,
    ...(testCode !== undefined && { testCode }),
  };
  return { parsed, number };
}

function testCodeOf(e164: string, { testNumbers }: NumberRules, now: number): string | undefined {
  return testNumbers.find(({ phoneNumber, endsAt }) => phoneNumber === e164 && now <= endsAt)?.code;
}

function isRefusedKind(parsed: Parsed): boolean {
  const kind = parsed.getType();
  if (kind === undefined) return false;
  // In the UK (070) and elsewhere they forward at a price. In +1 they cost nothing, and Twilio's magic numbers are some.
  if (kind === 'PERSONAL_NUMBER') return parsed.countryCallingCode !== '1';
  return REFUSED_KINDS.includes(kind);
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
