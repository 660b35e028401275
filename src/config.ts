import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';

const seconds = (min: number, max: number, fallback: number) => integer(min, max, fallback);
const secretBytes = (text: string) => Buffer.from(text, 'base64');
const text = z.string().trim().min(1, 'must not be empty');

/** Every variable of the service, as docs and README list them. An empty one counts as not set. */
const environment = z.object({
  HOST: text.default('127.0.0.1'),
  PORT: integer(0, 65_535, 3000),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://verify.example.com' })
    .optional(),
  TEMPORAL_TASK_QUEUE: text.default('phone-verification'),
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
  WINDOW_SECONDS: seconds(5, 600, 90),
  MAX_ATTEMPTS: integer(1, 10, 4),
  RESEND_INTERVAL_SECONDS: seconds(0, 600, 30),
  MAX_RESENDS: integer(0, 10, 2),
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

type Environment = z.infer<typeof environment>;
export type Config = ReturnType<typeof toConfig>;

/** Wrong configuration: its message names every variable at fault and never holds a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * The environment as one frozen, typed configuration: the only reader of process.env.
 * @throws ConfigError
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  const parsed = environment.safeParse(set);
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  faults.push(...twilioFaults(set));
  const temporal = temporalConfig(set, faults);
  if (!parsed.success || faults.length > 0) {
    throw new ConfigError(
      `The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  return toConfig(parsed.data, temporal);
}

/** For a process's start: a wrong configuration ends it at once, with its one message. */
export function loadConfigOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

function toConfig(env: Environment, temporal: ReturnType<typeof temporalConfig>) {
  const publicUrl = (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '');
  const apiKeySid = env.TWILIO_AUTH_TOKEN === undefined ? env.TWILIO_API_KEY_SID : undefined;
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    /** Without a slash at its end. */
    publicUrl,
    temporal,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    secretKeys: env.SECRET_KEYS,
    phoneDigestKey: env.PHONE_DIGEST_KEY,
    apiKeys: env.API_KEYS,
    twilio: {
      accountSid: env.TWILIO_ACCOUNT_SID,
      username: apiKeySid ?? env.TWILIO_ACCOUNT_SID,
      password: (apiKeySid === undefined ? env.TWILIO_AUTH_TOKEN : env.TWILIO_API_KEY_SECRET) ?? '',
      from: env.TWILIO_FROM,
      messagingServiceSid: env.TWILIO_MESSAGING_SERVICE_SID,
      apiUrl: env.TWILIO_API_URL,
    },
    statusCallback: statusCallback(env, publicUrl),
    policy: {
      codeLength: env.CODE_LENGTH,
      windowMs: env.WINDOW_SECONDS * 1000,
      maxAttempts: env.MAX_ATTEMPTS,
      resendIntervalMs: env.RESEND_INTERVAL_SECONDS * 1000,
      maxResends: env.MAX_RESENDS,
    },
    payloadEncryption: env.PAYLOAD_ENCRYPTION === 'on',
    cooldownSeconds: env.COOLDOWN_SECONDS,
    durableFunctionsAuth: env.DURABLE_FUNCTIONS_AUTH,
    smsTemplate: env.SMS_TEMPLATE,
    webOtpDomain: env.WEBOTP_DOMAIN,
  });
}

/**
 * Where Twilio reports what becomes of a text, and the token that it signs with. Undefined without the token, which
 * an API key doesn't replace, and where Twilio can't reach us safely: only the SMS sandbox comes by plain http.
 */
function statusCallback({ TWILIO_AUTH_TOKEN, TWILIO_API_URL }: Environment, publicUrl: string) {
  const reachable = publicUrl.startsWith('https:') || TWILIO_API_URL !== undefined;
  if (TWILIO_AUTH_TOKEN === undefined || !reachable) return undefined;
  return { authToken: TWILIO_AUTH_TOKEN, publicUrl };
}

/** TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS, API key and profile: `@temporalio/envconfig` names and reads them. */
function temporalConfig(env: Record<string, string>, faults: string[]) {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: env });
    return {
      connection: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
      namespace: namespace ?? 'default',
    };
  } catch {
    faults.push('TEMPORAL_… the connection settings (address, TLS, API key, profile) can not be read');
    return { connection: { address: '' }, namespace: '' };
  }
}

function twilioFaults(env: Record<string, string>): string[] {
  const faults = [];
  if (!env.TWILIO_AUTH_TOKEN && !(env.TWILIO_API_KEY_SID && env.TWILIO_API_KEY_SECRET)) {
    faults.push('TWILIO_AUTH_TOKEN is required, or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET');
  }
  if (!env.TWILIO_FROM && !env.TWILIO_MESSAGING_SERVICE_SID) {
    faults.push('TWILIO_FROM is required, or TWILIO_MESSAGING_SERVICE_SID');
  }
  return faults;
}

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
