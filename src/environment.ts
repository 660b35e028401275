import { z } from 'zod';

const secretBytes = (text: string) => Buffer.from(text, 'base64');
const text = z.string().trim().min(1, 'must not be empty');

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
    return secretBytes(value);
  }),
  API_KEYS: required('one or more keys, comma-separated').transform((value, context) => {
    const keys = value.split(',').map((key) => key.trim());
    if (keys.includes('')) context.addIssue('has an empty key between its commas');
    return keys;
  }),
  TWILIO_ACCOUNT_SID: required('the account SID, AC…').refine(
    (sid) => sid.startsWith('AC'),
    'must start with AC',
  ),
  TWILIO_AUTH_TOKEN: text.optional(),
  TWILIO_API_KEY_SID: text.refine((sid) => sid.startsWith('SK'), 'must start with SK').optional(),
  TWILIO_API_KEY_SECRET: text.optional(),
  TWILIO_FROM: text.optional(),
  TWILIO_MESSAGING_SERVICE_SID: text.refine((sid) => sid.startsWith('MG'), 'must start with MG').optional(),
  TWILIO_API_URL: z.url({ protocol: /^https?$/, error: 'must be a URL' }).optional(),
  CODE_LENGTH: integer(4, 8, 4),
  WINDOW_SECONDS: integer(5, 600, 90),
  MAX_ATTEMPTS: integer(1, 10, 4),
  RESEND_INTERVAL_SECONDS: integer(0, 600, 30),
  MAX_RESENDS: integer(0, 10, 2),
  ALLOWED_COUNTRIES: text
    .regex(/^[A-Z]{2}(,[A-Z]{2})*$/, 'must be country codes like US,CA,DE')
    .transform((list) => list.split(','))
    .optional(),
  COOLDOWN_SECONDS: z
    .string()
    .regex(/^\d{1,7}(,\d{1,7})*$/, 'must be whole numbers of seconds with commas between them')
    .transform((list) => list.split(',').map(Number))
    .default([0, 30, 60, 300, 900, 3600, 86_400]),
  SMS_TEMPLATE: text
    .refine((sentence) => sentence.includes('{code}'), 'must contain {code}')
    .default('Your verification code is {code}.'),
  DURABLE_FUNCTIONS_AUTH: z
    .enum(['function', 'anonymous'], { error: 'must be function or anonymous' })
    .default('function'),
  PAYLOAD_ENCRYPTION: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  WEBOTP_DOMAIN: text
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a domain name like example.com')
    .optional(),
});

export type Environment = z.infer<typeof environment>;

function parseSecretKeys(value: string, context: z.RefinementCtx) {
  const keys = value.split(',').map((entry) => {
    const [, id = '', base64 = ''] = /^([A-Za-z0-9_-]{1,32}):(.*)$/.exec(entry.trim()) ?? [];
    return { id, bytes: secretBytes(base64) };
  });
  if (keys.some(({ id, bytes }) => id === '' || bytes.length !== 32)) {
    context.addIssue(
      'must be id:base64(32 bytes), several of them comma-separated: make one with npm run keys',
    );
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) context.addIssue('has the same id twice');
  return keys;
}

function required(shape: string) {
  return z.string({ error: `is required: ${shape}` }).trim();
}

function integer(min: number, max: number, fallback: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error))
    .default(fallback);
}
