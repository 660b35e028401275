import { z } from 'zod';
import {
  ALL_ZERO,
  hasDoubles,
  integer,
  isAllZero,
  isNumberWithoutPlus,
  limit,
  limitsByCountry,
  list,
  numberLimit,
  parseCountries,
  parseSecretKeys,
  parseSeconds,
  parseTestNumbers,
  parseMessagesPerSecond,
  parseTrustProxy,
  required,
  secretBytes,
  text,
  wholeNumber,
} from './fields';

/** Every variable of the service, as docs and README list them. An empty one counts as not set. */
export const environment = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: integer(0, 65_535, 3000),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://verify.example.com' })
    .optional(),
  TEMPORAL_TASK_QUEUE: text.default('phone-verification'),
  TEMPORAL_DEPLOYMENT_NAME: text.default('phone-verification'),
  TEMPORAL_WORKER_BUILD_ID: text.optional(),
  SECRET_KEYS: required('one or more id:base64(32 bytes), comma-separated').transform(parseSecretKeys),
  PHONE_DIGEST_KEY: required('base64(32 bytes)').transform((value, context) => {
    if (secretBytes(value).length !== 32)
      context.addIssue('must be 32 bytes in base64: make one with npm run keys');
    if (isAllZero(secretBytes(value))) context.addIssue(ALL_ZERO);
    return secretBytes(value);
  }),
  API_KEYS: required('one or more keys, comma-separated').transform((value, context) => {
    const keys = list(value);
    if (keys.includes('')) context.addIssue('has an empty key between its commas');
    if (keys.some((key) => /\s/.test(key))) context.addIssue('has a key with a space in it');
    if (hasDoubles(keys)) context.addIssue('has the same key twice');
    return keys;
  }),
  TWILIO_ACCOUNT_SID: required('the account SID, AC…').refine(
    (sid) => sid.startsWith('AC'),
    'must start with AC',
  ),
  TWILIO_AUTH_TOKEN: text.optional(),
  TWILIO_API_KEY_SID: text.refine((sid) => sid.startsWith('SK'), 'must start with SK').optional(),
  TWILIO_API_KEY_SECRET: text.optional(),
  TWILIO_FROM: text
    .refine(
      (sender) => !isNumberWithoutPlus(sender),
      'must start with +, like +14255550123; or be a short code or an alphanumeric sender ID',
    )
    .optional(),
  TWILIO_MESSAGING_SERVICE_SID: text.refine((sid) => sid.startsWith('MG'), 'must start with MG').optional(),
  TWILIO_API_URL: z.url({ protocol: /^https?$/, error: 'must be a URL' }).optional(),
  CODE_LENGTH: integer(4, 8, 4),
  WINDOW_SECONDS: integer(5, 600, 90),
  MAX_ATTEMPTS: integer(1, 10, 4),
  RESEND_INTERVAL_SECONDS: integer(0, 600, 30),
  MAX_RESENDS: integer(0, 10, 2),
  ALLOWED_COUNTRIES: text.transform(parseCountries).optional(),
  PHONE_NUMBER_CHECK: z
    .enum(['possible', 'valid'], { error: 'must be possible or valid' })
    .default('possible'),
  TEST_NUMBERS: text.transform(parseTestNumbers).default([]),
  TRUST_PROXY: text.transform(parseTrustProxy).default(false),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a URL like redis://localhost:6379' }).optional(),
  CALLER_LIMIT: limit('600/1m'),
  CLIENT_IP_LIMIT: limit('20/10m'),
  COUNTRY_BUDGET: limitsByCountry('1000/1h'),
  PREFIX_BUDGET: limit('100/1h'),
  NUMBER_LIMIT: numberLimit('10/1h'),
  TEXTS_PER_SECOND: text.default('off').transform(parseMessagesPerSecond),
  COOLDOWN_SECONDS: text.default('0,30,60,300,900,3600,86400').transform(parseSeconds),
  SMS_TEMPLATE: text
    .refine((sentence) => sentence.includes('{code}'), 'must contain {code}')
    .default('Your verification code is {code}.'),
  DURABLE_FUNCTIONS_AUTH: z
    .enum(['function', 'anonymous'], { error: 'must be function or anonymous' })
    .default('function'),
  PAYLOAD_ENCRYPTION: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  CODEC_SERVER_TOKEN: text.regex(/^\S{16,}$/, 'must have 16 characters or more, and no space').optional(),
  CODEC_SERVER_ORIGIN: z
    .url({ protocol: /^https?$/, error: 'must be an origin like https://temporal.example.com' })
    .transform((url) => new URL(url).origin)
    .optional(),
  WORKER_METRICS_PORT: wholeNumber(1, 65_535).optional(),
  WEBOTP_DOMAIN: text
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a domain name like example.com')
    .optional(),
});

export type Environment = z.infer<typeof environment>;
