import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import type { Limit } from '../../domain/types';
import { limit, list, numberLimit, parseLimit, text } from '../fields';
import { documentation } from '../documentation';

const BUDGETS_SHAPE =
  'must be like 1000/1h,US=5000/1h,DE=off: first the budget of all countries, then those of single countries';

/** `1000/1h,US=5000/1h,DE=off`: `general` applies unless `countries` has an entry for the country. */
const limitsByCountry = text.transform((value, context) => {
  const [general = '', ...entries] = list(value);
  if (general.includes('=')) {
    context.addIssue(BUDGETS_SHAPE);
    return z.NEVER;
  }
  const countries = new Map<string, Limit | undefined>();
  for (const entry of entries) {
    const [, country = '', countryLimit = ''] = /^([A-Z]{2})=(.+)$/.exec(entry) ?? [];
    if (!isSupportedCountry(country) || countries.has(country)) context.addIssue(BUDGETS_SHAPE);
    else countries.set(country, parseLimit(countryLimit, context));
  }
  // An array of entries, because a Map can't be frozen.
  return { general: parseLimit(general, context), countries: [...countries] };
});

export const limits = {
  CALLER_LIMIT: limit.prefault('600/1m').register(documentation, {
    description: 'How many messages one API key may request: starts and resends.',
    rules: ['A start or resend counts here, even if it is refused later, for example during a cool-down.'],
  }),
  CLIENT_IP_LIMIT: limit.prefault('20/10m').register(documentation, {
    description:
      'How many verifications one end user may start. The caller sends the IP address of the end user as `clientIp`.',
    rules: [
      'Resends do not count here, except those on the try-it page (`TRY_IT_PAGE`) and repeated creates of ' +
        "Twilio Verify's API with `DeviceIp`.",
      'A start counts here, even if it is refused later, for example during a cool-down.',
      'Without `clientIp`, a start with an API key does not count here.',
      'A request without an API key (`DURABLE_FUNCTIONS_AUTH=anonymous`, `TRY_IT_PAGE`) counts by the IP address it ' +
        'comes from. Behind a proxy, set `TRUST_PROXY`: otherwise all of these count as one IP address.',
      'All IP addresses of one IPv6 /64 network count as one.',
    ],
  }),
  COUNTRY_BUDGET: limitsByCountry.prefault('1000/1h').register(documentation, {
    description:
      'How many messages may go to the numbers of one country. ' +
      'After a comma you can add limits for single countries.',
    example: '1000/1h,US=5000/1h,DE=off',
  }),
  PREFIX_BUDGET: limit.prefault('100/1h').register(documentation, {
    description:
      'How many messages may go to one block of 10,000 numbers: those that differ in the last four digits only.',
  }),
  NUMBER_LIMIT: numberLimit.prefault('10/1h').register(documentation, {
    description: 'How many messages may go to one phone number, resends included.',
    rules: [
      'The number in the limit is at most 1,000.',
      'It refuses starts and resends. A message counts if it was sent, or if it may have been.',
      'Temporal keeps the count with the history of the number. It applies across all API processes, also without Redis.',
    ],
  }),
  TEXTS_PER_SECOND: text
    .transform(parseMessagesPerSecond)
    .prefault('off')
    .register(documentation, {
      description:
        'How many messages may be sent in one second, to all numbers together, or `off`. ' +
        'Set it to the number of messages that the sender may send.',
      rules: [
        'It is a number without a period.',
        'The API counts the messages. Above the limit, it refuses starts and resends with `429` and `Retry-After: 1`.',
      ],
      example: '20',
    }),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL like redis://localhost:6379' })
    .optional()
    .register(documentation, {
      isSecret: true,
      description: 'A Redis server in which all API processes count together.',
      rules: [
        'Without it, each API process counts alone: with three processes, a limit is up to three times as high.',
        'While Redis is unavailable, each process counts alone and logs a warning.',
        'Redis holds keyed digests, no IP address and no phone number.',
        'docker-compose.yml has no Redis: add one to it before you set this variable.',
      ],
      example: 'redis://redis:6379',
    }),
};

function parseMessagesPerSecond(value: string, context: z.RefinementCtx): Limit | undefined {
  if (value === 'off') return undefined;
  if (!/^[1-9]\d{0,3}$/.test(value)) context.addIssue('must be off or a whole number from 1 to 9999');
  return { max: Number(value), periodMs: 1_000 };
}
