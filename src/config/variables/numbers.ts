import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isCanonical } from '../../numbers/phone-number';
import { endOfDay, hasDoubles, list, text } from '../fields';
import { documentation } from '../documentation';

const TEST_NUMBER = /^(\+\d+)=(\d{4,10})@(\d{4}-\d{2}-\d{2})$/;

export const numbers = {
  ALLOWED_COUNTRIES: text.transform(parseCountries).optional().register(documentation, {
    description: 'The countries whose numbers are accepted: ISO 3166-1 codes, separated by commas.',
    default: 'all countries',
    example: 'US,CA,DE',
  }),
  PHONE_NUMBER_CHECK: z
    .enum(['possible', 'valid'], { error: 'must be possible or valid' })
    .prefault('possible')
    .register(documentation, {
      description:
        '`possible`: a number must have a possible length. `valid`: it must also lie in a range that is in use.',
      rules: [
        'The ranges come from the metadata of libphonenumber. The metadata gets outdated: ' +
          '`valid` can refuse numbers of a new range.',
      ],
    }),
  TEST_NUMBERS: text
    .transform(parseTestNumbers)
    .optional()
    .register(documentation, {
      isSecret: true,
      description:
        'Numbers with a fixed code, for app reviewers and end-to-end tests: `number=code@last day`, separated by commas. ' +
        'No message is sent to them.',
      rules: [
        'The number is in E.164 format. The code has `CODE_LENGTH` digits.',
        'The code is accepted until the end of the last day (UTC). After that, the number gets real messages.',
        'Cool-downs, budgets and `NUMBER_LIMIT` do not apply. `CALLER_LIMIT` and `CLIENT_IP_LIMIT` do. ' +
          'Each code uses an attempt. Wrong codes count towards the lock.',
        'When the API process starts, it logs a warning that says how many test numbers are active and how many have ' +
          'expired. Remove the numbers that you no longer need.',
      ],
      example: '+14255550199=2168@2027-01-31',
    }),
};

/** ISO 3166-1 alpha-2, of countries that have phone numbers. */
function parseCountries(value: string, context: z.RefinementCtx): string[] {
  const countries = list(value);
  if (!countries.every((country) => isSupportedCountry(country)))
    context.addIssue('must be country codes like US,CA,GB');
  return countries;
}

/** `+14255550123=2168@2027-01-31`, comma-separated: the code is accepted until the end of that day, UTC. */
function parseTestNumbers(value: string, context: z.RefinementCtx) {
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
