import fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/examples.mobile.json';
import { VerificationError } from '../../src/domain/refusals';
import {
  acceptedPhoneNumber,
  callingCodeOf,
  formatInternational,
  isCanonical,
  parsePhoneNumber as parse,
  type NumberRules,
} from '../../src/numbers/phone-number';
import { ANY_NUMBER } from '../support/service';

const parsePhoneNumber = (text: string, rules: Partial<NumberRules> = {}, now?: number) =>
  parse(text, { ...ANY_NUMBER, ...rules }, now);

test.each([
  ['+14255550123', '+14255550123'],
  ['+1 (425) 555-0123', '+14255550123'],
  ['+49 1512 3456789', '+4915123456789'],
])('%s becomes %s', (text, e164) => {
  expect(parsePhoneNumber(text).e164).toBe(e164);
});

test.each([
  '4255550123',
  '(425) 555-0123',
  '0151 23456789',
  '',
  '+',
  '+1',
  'call +14255550123',
  '+14255550123;ext=7',
  '5550123;phone-context=+1425',
  '+999123',
  '+1425555012７',
  '+١٤٢٥٥٥٥٠١٢٣',
])('%j is not a number in international format', (text) => {
  expect(() => parsePhoneNumber(text)).toThrow('invalid_phone_number');
});

test.each([
  ['+14255550123', '+1 425 ••• ••23'],
  ['+4915123456789', '+49 151• •••••89'],
  ['+6581234567', '+65 8••• ••67'],
  ['+33612345678', '+33 6 •• •• •• 78'],
])('operators see %s as %s', (text, masked) => {
  expect(parsePhoneNumber(text).masked).toBe(masked);
});

test.each([
  ['+442079460000', 'a landline'],
  ['+18005550123', 'a toll-free number'],
  ['+19005550123', 'a premium number'],
  ['+448431234567', 'a British premium number'],
  ['+33810123456', 'a shared-cost number'],
  ['+447600123456', 'a pager'],
  ['+420960123456', 'a voicemail number'],
  ['+447012345678', 'a personal number'],
])('%s, %s, is refused', (text) => {
  expect(() => parsePhoneNumber(text)).toThrow('unsupported_phone_number');
});

test('with a list of allowed countries, numbers of other countries or of no country are refused', () => {
  expect(parsePhoneNumber('+14255550123', { allowedCountries: ['US', 'DE'] }).e164).toBe('+14255550123');
  for (const text of ['+447400123456', '+14165550123', '+88312345678901']) {
    expect(() => parsePhoneNumber(text, { allowedCountries: ['US', 'DE'] })).toThrow('country_not_allowed');
  }
});

test('a number outside all known ranges is accepted, unless PHONE_NUMBER_CHECK=valid', () => {
  expect(parsePhoneNumber('+11115550123').e164).toBe('+11115550123');
  const strict = { phoneNumberCheck: 'valid' } as const;
  expect(() => parsePhoneNumber('+11115550123', strict)).toThrow('invalid_phone_number');
  expect(parsePhoneNumber('+14255550123', strict).e164).toBe('+14255550123');
});

test('a test number of any type and country is accepted until it expires', () => {
  const endsAt = Date.parse('2027-01-31T23:59:59.999Z');
  const rules = {
    allowedCountries: ['DE'],
    testNumbers: [{ phoneNumber: '+18005550123', code: '2168', endsAt }],
  };
  expect(parsePhoneNumber('+1 800 555 0123', rules, endsAt)).toMatchObject({ testCode: '2168' });
  expect(() => parsePhoneNumber('+18005550123', rules, endsAt + 1)).toThrow('unsupported_phone_number');
});

describe('one phone has one E.164 number', () => {
  const RUNS = 5_000;
  const mobiles = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? []);

  const accepted = (text: string) => {
    try {
      return parsePhoneNumber(text);
    } catch (error) {
      if (error instanceof VerificationError) return undefined;
      throw error;
    }
  };

  test.each([
    ['+97100507403557', '+971507403557'],
    ['+9710507403557', '+971507403557'],
    ['+44 (0)0 7400 123456', '+447400123456'],
    ['+54 011 15-2345-6789', '+5491123456789'],
    ['+55 0 41 11 96123-4567', '+5511961234567'],
    ['+36 06 20 123 4567', '+36201234567'],
    ['+7 8 912 345-67-89', '+79123456789'],
    ['+1 1 425 555 0123', '+14255550123'],
  ])('%s becomes %s', (text, e164) => {
    const number = accepted(text);
    expect(number).toEqual(accepted(e164));
    expect(number?.e164).toBe(e164);
    expect(acceptedPhoneNumber(text, ANY_NUMBER).e164).toBe(e164);
  });

  test.each([
    '+480512345678',
    '+30 0 691 234 5678',
    '+85 20 5123 4567',
    '+57 0 321 123 4567',
    '+39003123456789',
  ])('%s, a valid number with zeros before it, is refused', (text) =>
    expect(() => parsePhoneNumber(text)).toThrow('invalid_phone_number'),
  );

  test('an old number format that a country no longer uses is refused', () => {
    for (const text of ['+5212221234567', '+52 044 222 123 4567', '+22507123456', '+22997123456'])
      expect(() => parsePhoneNumber(text)).toThrow('invalid_phone_number');
  });

  test('a leading zero that belongs to the number is kept', () => {
    for (const e164 of ['+2250701234567', '+2290195123456']) expect(parsePhoneNumber(e164).e164).toBe(e164);
  });

  const separators = fc.array(fc.constantFrom('', '', '', ' ', '-', '.', ' (', ') '), {
    minLength: 20,
    maxLength: 20,
  });
  const punctuated = (digits: string, between: readonly string[]) =>
    `+${Array.from(digits, (digit, index) => digit + (between[index] ?? '')).join('')}`;
  const zeros = fc.constantFrom('', '', '0', '00', '000');

  test('of every country’s numbers, operators see at most the country, three digits and the last two', () => {
    const numbers = fc.tuple(fc.constantFrom(...mobiles), fc.nat(999_999)).map(([mobile, end]) => {
      const { length } = mobile.nationalNumber;
      return `+${mobile.countryCallingCode}${`${mobile.nationalNumber.slice(0, -4)}${end}`.slice(0, length)}`;
    });
    fc.assert(
      fc.property(numbers, (text) => {
        const number = accepted(text);
        if (!number) return;
        const { e164, masked } = number;
        const [country = '', ...groups] = masked.split(' ');
        const national = groups.join('').replaceAll(/[^\d•]/g, '');
        expect(country).toBe(callingCodeOf(e164));
        expect(formatInternational(e164).replaceAll(/\d/g, '0')).toBe(
          masked.replace(country, country.replaceAll(/\d/g, '0')).replaceAll(/[\d•]/g, '0'),
        );
        const digits = e164.slice(country.length);
        expect(national).toMatch(/^\d{0,3}•+\d\d$/);
        expect(national.replaceAll(/[^•]/g, '').length).toBeGreaterThanOrEqual(
          Math.min(5, digits.length - 2),
        );
        for (const [at, shown] of [...national].entries()) expect(['•', digits[at]]).toContain(shown);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the example number of every country is in canonical form', () => {
    expect(mobiles.length).toBeGreaterThan(200);
    expect(mobiles.map(({ number }) => number).filter((number) => !isCanonical(number))).toEqual([]);
  });

  test('every accepted spelling of an example number becomes that number', () => {
    // Ascension has numbers of five digits, and of six digits that begin with a zero. There an extra zero makes another
    // valid number.
    const spelled = mobiles.filter(({ country }) => country !== 'AC');
    const spelling = fc.record({
      mobile: fc.constantFrom(...spelled),
      trunk: zeros,
      isNational: fc.boolean(),
      between: separators,
    });
    fc.assert(
      fc.property(spelling, ({ mobile, trunk, isNational, between }) => {
        const national = isNational ? mobile.formatNational().replaceAll(/\D/g, '') : mobile.nationalNumber;
        const text = punctuated(mobile.countryCallingCode + trunk + national, between);
        expect([undefined, mobile.number]).toContain(accepted(text)?.e164);
      }),
      { numRuns: RUNS },
    );
  });

  test('an accepted number parses to itself', () => {
    const form = fc.record({
      mobile: fc.constantFrom(...mobiles),
      inserted: fc.oneof(zeros, fc.constantFrom('1', '8', '9', '15', '06', '044'), fc.constant('code')),
      // The position of each replaced digit, and the new digit.
      changes: fc.array(fc.tuple(fc.nat(11), fc.nat(9)), { maxLength: 5 }),
      between: separators,
    });
    fc.assert(
      fc.property(form, ({ mobile, inserted, changes, between }) => {
        const digits = Array.from(mobile.nationalNumber);
        for (const [at, digit] of changes) digits[at % digits.length] = `${digit}`;
        const code = mobile.countryCallingCode;
        const prefix = inserted === 'code' ? code : inserted;
        const number = accepted(punctuated(code + prefix + digits.join(''), between));
        expect(number && accepted(number.e164)).toEqual(number);
      }),
      { numRuns: RUNS },
    );
  });
});
