import { isIP } from 'node:net';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { environment, type Environment } from './variables';
import { list, secretBytes, secretKeyBytes } from './fields';

/** `temporal.example.com:7233`, `127.0.0.1:7233`, `[::1]:7233`. */
const HOST_AND_PORT = /^([^\s:/[\]]+|\[[\da-fA-F:.]+\]):[1-9]\d{0,4}$/;

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
  faults.push(...combinationFaults(set));
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
    /** Where Temporal's Web UI is, if that was said. */
    webUiOrigin: env.CODEC_SERVER_ORIGIN,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    workerVersion: workerVersion(env),
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
      numberLimit: env.NUMBER_LIMIT,
    },
    payloadEncryption: env.PAYLOAD_ENCRYPTION === 'on',
    numberRules: {
      /** ISO 3166-1 alpha-2; undefined for all. */
      allowedCountries: env.ALLOWED_COUNTRIES,
      phoneNumberCheck: env.PHONE_NUMBER_CHECK,
      testNumbers: env.TEST_NUMBERS,
    },
    cooldownSeconds: env.COOLDOWN_SECONDS,
    limits: {
      caller: env.CALLER_LIMIT,
      clientIp: env.CLIENT_IP_LIMIT,
      country: env.COUNTRY_BUDGET,
      prefix: env.PREFIX_BUDGET,
      messagesPerSecond: env.TEXTS_PER_SECOND,
    },
    redisUrl: env.REDIS_URL,
    trustProxy: env.TRUST_PROXY,
    codecServer:
      env.CODEC_SERVER_TOKEN === undefined
        ? undefined
        : { token: env.CODEC_SERVER_TOKEN, origin: env.CODEC_SERVER_ORIGIN },
    /** Undefined for none. */
    workerMetricsPort: env.WORKER_METRICS_PORT,
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

/** Which build a worker is. Undefined without an id: it then shares all tasks with every other worker that has none. */
function workerVersion({ TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID }: Environment) {
  if (TEMPORAL_WORKER_BUILD_ID === undefined) return undefined;
  return { deploymentName: TEMPORAL_DEPLOYMENT_NAME, buildId: TEMPORAL_WORKER_BUILD_ID };
}

/** TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS, API key and profile: `@temporalio/envconfig` names and reads them. */
function temporalConfig(env: Record<string, string>, faults: string[]) {
  // The package reads whatever else as off, and would send an API key in clear.
  if (!/^(true|false|1|0)$/.test(env.TEMPORAL_TLS ?? 'false'))
    faults.push('TEMPORAL_TLS must be true or false');
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: env });
    const { address = '127.0.0.1:7233' } = connectionOptions;
    if (!HOST_AND_PORT.test(address))
      faults.push('TEMPORAL_ADDRESS must be a host and a port, like temporal.example.com:7233');
    return {
      connection: { ...connectionOptions, address },
      namespace: namespace ?? 'default',
    };
  } catch {
    faults.push('TEMPORAL_… the connection settings (address, TLS, API key, profile) can not be read');
    return { connection: { address: '' }, namespace: '' };
  }
}

/** What each variable alone does not show. Read as they were set: another fault must not hide these. */
function combinationFaults(env: Record<string, string>): string[] {
  const faults = [];
  const codeLength = Number(env.CODE_LENGTH ?? environment.shape.CODE_LENGTH.parse(undefined));
  const testCodes = [...(env.TEST_NUMBERS ?? '').matchAll(/=(\d+)@/g)].map(([, code = '']) => code);
  if (testCodes.some((code) => code.length !== codeLength))
    faults.push(`TEST_NUMBERS must have codes of CODE_LENGTH (${codeLength}) digits`);
  if (isPhoneDigestKeyReused(env))
    faults.push('PHONE_DIGEST_KEY must not be one of SECRET_KEYS: make another one with npm run keys');
  const apiKeys = list(env.API_KEYS ?? '');
  if (env.CODEC_SERVER_TOKEN !== undefined && apiKeys.includes(env.CODEC_SERVER_TOKEN.trim()))
    faults.push('CODEC_SERVER_TOKEN must not be one of API_KEYS');
  if (env.WORKER_METRICS_PORT !== undefined && env.HOST !== undefined && isIP(env.HOST) === 0)
    faults.push('HOST must be an IP address for WORKER_METRICS_PORT, which listens there');
  return faults;
}

/** SECRET_KEYS are replaced over time and PHONE_DIGEST_KEY never is: a leak of one must not be a leak of the other. */
function isPhoneDigestKeyReused({
  SECRET_KEYS = '',
  PHONE_DIGEST_KEY = '',
}: Record<string, string>): boolean {
  const digestKey = secretBytes(PHONE_DIGEST_KEY);
  return digestKey.length > 0 && secretKeyBytes(SECRET_KEYS).some((bytes) => bytes.equals(digestKey));
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
