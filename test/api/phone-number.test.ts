import { parsePhoneNumber as parse, type NumberRules } from '../../src/api/phone-number';
import { ANY_NUMBER } from '../support/service';

const parsePhoneNumber = (text: string, rules: Partial<NumberRules> = {}, now?: number) =>
  parse(text, { ...ANY_NUMBER, ...rules }, now);

test.each([
  ['+14255550123', '+14255550123'],
  ['+1 (425) 555-0123', '+14255550123'],
  ['+49 1512 3456789', '+4915123456789'],
])('%s is %s in E.164', (text, e164) => {
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
])('%j is refused with the E.164 form shown', (text) => {
  expect(() => parsePhoneNumber(text)).toThrow('for example +14255550123');
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
  ['+448431234567', 'a shared-cost number'],
  ['+447012345678', 'a personal number'],
])('%s, %s, gets no text', (text) => {
  expect(() => parsePhoneNumber(text)).toThrow('Use a mobile number');
});

test('with an allowlist other countries are refused, and numbers of no country', () => {
  expect(parsePhoneNumber('+14255550123', { allowedCountries: ['US', 'DE'] }).e164).toBe('+14255550123');
  for (const text of ['+447400123456', '+14165550123', '+88312345678901']) {
    expect(() => parsePhoneNumber(text, { allowedCountries: ['US', 'DE'] })).toThrow(
      'no texts to this country',
    );
  }
});

test('a number outside every known range is taken, unless PHONE_NUMBER_CHECK=valid', () => {
  expect(parsePhoneNumber('+11115550123').e164).toBe('+11115550123');
  const strict = { phoneNumberCheck: 'valid' } as const;
  expect(() => parsePhoneNumber('+11115550123', strict)).toThrow('for example +14255550123');
  expect(parsePhoneNumber('+14255550123', strict).e164).toBe('+14255550123');
});

test('a test number is taken whatever its kind and country, until its day is over', () => {
  const endsAt = Date.parse('2027-01-31T23:59:59.999Z');
  const rules = {
    allowedCountries: ['DE'],
    testNumbers: [{ phoneNumber: '+18005550123', code: '2168', endsAt }],
  };
  expect(parsePhoneNumber('+1 800 555 0123', rules, endsAt)).toMatchObject({ testCode: '2168' });
  expect(() => parsePhoneNumber('+18005550123', rules, endsAt + 1)).toThrow('Use a mobile number');
});
