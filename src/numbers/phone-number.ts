import { parsePhoneNumberFromString, type PhoneNumber as Parsed } from 'libphonenumber-js/max';
import { VerificationError } from '../domain/refusals';

export interface PhoneNumber {
  /** E.164. */
  readonly e164: string;
  /** The form that operators may see: `+1 425 ••• ••23`. */
  readonly masked: string;
  /** ISO 3166-1 alpha-2; `ZZ` if the number belongs to no country. */
  readonly country: string;
  /** The fixed code of a test number, which gets no message. */
  readonly testCode?: string;
}

/** A number that gets no message and has a fixed code, until `endsAt`. */
export interface TestNumber {
  /** E.164. */
  readonly phoneNumber: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
}

/** Which numbers are accepted. */
export interface NumberRules {
  /** ISO 3166-1 alpha-2; undefined allows all countries. */
  readonly allowedCountries: readonly string[] | undefined;
  /**
   * `possible` checks only the length. `valid` also requires a number range that libphonenumber-js knows: its metadata
   * becomes outdated.
   */
  readonly phoneNumberCheck: 'possible' | 'valid';
  readonly testNumbers: readonly TestNumber[];
}

/** How many national digits are hidden at least, unless the number has fewer. */
const MIN_HIDDEN_DIGITS = 5;
const SHOWN_AT_THE_END = 2;
const MAX_SHOWN_AT_THE_START = 3;

/** A user-assigned code of ISO 3166-1, commonly used for an unknown country. */
const NO_COUNTRY = 'ZZ';

/** A number with one trunk zero too many takes two rounds of parsing. No number is known to take more than four. */
const MAX_ROUNDS = 8;

/** A digit of another script, such as `７` or `٧`. The library would convert the common ones. */
const OTHER_DIGIT = /(?![0-9])\p{Nd}/u;

/** Types of numbers that get no messages, or that cost extra: fraudsters earn money with messages to such numbers. */
const REFUSED_TYPES: readonly string[] = [
  'PREMIUM_RATE',
  'SHARED_COST',
  'TOLL_FREE',
  'PAGER',
  'VOICEMAIL',
  'FIXED_LINE',
];

/**
 * Parses a number in international format and applies the rules. It never guesses the country of a national format.
 * @throws VerificationError `invalid_phone_number`, `unsupported_phone_number`, `country_not_allowed`
 */
export function parsePhoneNumber(text: string, rules: NumberRules, now = Date.now()): PhoneNumber {
  const { parsed, number } = readPhoneNumber(text, rules, now);
  if (number.testCode !== undefined) return number;
  if (hasTrunkZero(parsed)) throw new VerificationError({ code: 'invalid_phone_number' });
  if (rules.phoneNumberCheck === 'valid' && !parsed.isValid()) {
    throw new VerificationError({ code: 'invalid_phone_number' });
  }
  if (isRefusedType(parsed)) throw new VerificationError({ code: 'unsupported_phone_number' });
  if (rules.allowedCountries && !rules.allowedCountries.includes(number.country)) {
    throw new VerificationError({ code: 'country_not_allowed' });
  }
  return number;
}

/** Parses a number that was accepted earlier, even if today's rules would refuse it. */
export function acceptedPhoneNumber(e164: string, rules: NumberRules, now = Date.now()): PhoneNumber {
  return readPhoneNumber(e164, rules, now).number;
}

/** The number with spaces, as people write it: `+1 425 555 0123`. Returns text that is not a phone number unchanged. */
export function formatInternational(e164: string): string {
  return parsePhoneNumberFromString(e164, { extract: false })?.formatInternational() ?? e164;
}

/** Whether the text is a number of a possible length. */
export function isPossible(text: string): boolean {
  return parseUntilStable(text) !== undefined;
}

/** The country calling code with its `+`. Undefined if the text is not a phone number. */
export function callingCodeOf(e164: string): string | undefined {
  const parsed = parsePhoneNumberFromString(e164, { extract: false });
  return parsed && `+${parsed.countryCallingCode}`;
}

/** Whether this is the E.164 form that `parsePhoneNumber` returns for all accepted spellings of the number. */
export function isCanonical(e164: string): boolean {
  return parseUntilStable(e164)?.number === e164;
}

function readPhoneNumber(text: string, rules: NumberRules, now: number) {
  const parsed = parseUntilStable(text);
  if (parsed === undefined) throw new VerificationError({ code: 'invalid_phone_number' });
  const testCode = testCodeOf(parsed.number, rules, now);
  const number: PhoneNumber = {
    e164: parsed.number,
    masked: mask(parsed.formatInternational()),
    country: parsed.country ?? NO_COUNTRY,
    ...(testCode !== undefined && { testCode }),
  };
  return { parsed, number };
}

/**
 * Parses the library's E.164 output again until it no longer changes, since each parse removes only one trunk prefix:
 * `+971 00 50…` becomes `+971050…` and then `+97150…`. Otherwise one phone could have two workflow IDs.
 * Undefined if the text is not a phone number or its length is not possible.
 */
function parseUntilStable(text: string): Parsed | undefined {
  // RFC 3966 parameters: `;phone-context=` would give a national number a country.
  if (text.includes(';') || OTHER_DIGIT.test(text)) return undefined;
  let spelling = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const parsed = parsePhoneNumberFromString(spelling, { extract: false });
    if (parsed === undefined || parsed.ext !== undefined) return undefined;
    if (parsed.number === spelling) return parsed.isPossible() ? parsed : undefined;
    spelling = parsed.number;
  }
  return undefined;
}

/**
 * Whether the number is a valid number with extra zeros before it that the library did not remove: `+48 0512 345 678`.
 * A carrier may ignore such zeros. Italian landlines and Ivorian mobiles are valid with their zero.
 */
function hasTrunkZero(parsed: Parsed): boolean {
  const { countryCallingCode, nationalNumber } = parsed;
  if (!nationalNumber.startsWith('0') || parsed.isValid()) return false;
  const withoutZeros = `+${countryCallingCode}${nationalNumber.replace(/^0+/, '')}`;
  return parsePhoneNumberFromString(withoutZeros, { extract: false })?.isValid() === true;
}

function testCodeOf(e164: string, { testNumbers }: NumberRules, now: number): string | undefined {
  return testNumbers.find(({ phoneNumber, endsAt }) => phoneNumber === e164 && now <= endsAt)?.code;
}

function isRefusedType(parsed: Parsed): boolean {
  const type = parsed.getType();
  if (type === undefined) return false;
  // In the UK (070) and elsewhere, personal numbers forward calls at extra cost. In +1 they don't, and Twilio's magic
  // numbers are personal numbers.
  if (type === 'PERSONAL_NUMBER') return parsed.countryCallingCode !== '1';
  return REFUSED_TYPES.includes(type);
}

/** Shows the country code, at most three digits after it, and the last two. `international`: `+1 425 555 0123`. */
function mask(international: string): string {
  const [country = '', ...groups] = international.split(' ');
  const national = groups.join(' ');
  const digits = national.replaceAll(/\D/g, '').length;
  const firstGroup = groups[0]?.replaceAll(/\D/g, '').length ?? 0;
  const maxShown = Math.max(0, digits - SHOWN_AT_THE_END - MIN_HIDDEN_DIGITS);
  const shownAtTheStart = Math.min(firstGroup, MAX_SHOWN_AT_THE_START, maxShown);
  let position = 0;
  const masked = national.replaceAll(/\d/g, (digit) => {
    const at = position++;
    return at < shownAtTheStart || at >= digits - SHOWN_AT_THE_END ? digit : '•';
  });
  return `${country} ${masked}`;
}
