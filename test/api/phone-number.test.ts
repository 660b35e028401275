import { parsePhoneNumber } from '../../src/api/phone-number';

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
])('%s, %s, gets no text', (text) => {
  expect(() => parsePhoneNumber(text)).toThrow('Use a mobile number');
});

test('with an allowlist other countries are refused, and numbers of no country', () => {
  expect(parsePhoneNumber('+14255550123', ['US', 'DE']).e164).toBe('+14255550123');
  for (const text of ['+447400123456', '+14165550123', '+88312345678901']) {
    expect(() => parsePhoneNumber(text, ['US', 'DE'])).toThrow('no texts to this country');
  }
});
