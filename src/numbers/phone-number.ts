import { parsePhoneNumberFromString, type PhoneNumber as Parsed } from 'libphonenumber-js/max';
import { VerificationError } from '../domain/refusals';

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

/** A spelling with one trunk zero too many takes two rounds of parsing; no number has been seen that takes more than four. */
const MAX_ROUNDS = 8;

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
  if (hasTrunkZero(parsed)) throw new VerificationError({ code: 'invalid_phone_number' });
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

/** Whether this is the one E.164 form that `parsePhoneNumber` turns every accepted spelling of the number into. */
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
 * Parses the library's own E.164 output again until it stays the same: each parse removes one trunk prefix only, so
 * `+971 00 50…` becomes `+971050…` before it becomes `+97150…`. Two forms would be two workflow IDs for one phone.
 * Undefined if there is no such number, or if its length is not possible.
 */
function parseUntilStable(text: string): Parsed | undefined {
  // RFC 3966's parameters: a context would make a national number one of any country.
  if (text.includes(';')) return undefined;
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
 * Whether the number is a valid one with zeros before it, where the library knows of no trunk prefix: `+48 0512 345 678`.
 * A carrier may ignore the zeros. Italy's landlines and Ivory Coast's mobiles are valid with their zero.
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
