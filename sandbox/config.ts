import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sandboxCredentials } from './account';
import { defaultSettings } from './settings';
import type { SmsSandboxOptions } from './index';
import { type CarrierErrorCode, parseCarrierErrorCode } from './messages/carrier-errors';

/** The environment variables of the sandbox process. An empty variable counts as not set. */
export const environment = z.object({
  SMS_SANDBOX_PORT: wholeNumber(65_535).default(3001),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().optional(),
  TWILIO_ACCOUNT_SID: z.string('is required').startsWith('AC', 'must start with AC'),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_API_KEY_SID: z.string().optional(),
  TWILIO_API_KEY_SECRET: z.string().optional(),
  SMS_SANDBOX_STATUS_STEP_MS: milliseconds().default(defaultSettings.statusStepMs),
  SMS_SANDBOX_CARRIER_MS: milliseconds().optional(),
  SMS_SANDBOX_LIST_LAG_MS: milliseconds().default(defaultSettings.listLagMs),
  SMS_SANDBOX_ANSWER_DELAY_MS: milliseconds().default(defaultSettings.answerDelayMs),
  SMS_SANDBOX_BODY_PREFIX: z.string().default(defaultSettings.bodyPrefix),
  SMS_SANDBOX_UNDELIVERABLE: z.string().default('').transform(parseUndeliverable),
  TRY_IT_PAGE: z.enum(['on', 'off'], 'must be on or off').default('off'),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be a URL like http://localhost:3000' }).optional(),
});

type Environment = z.infer<typeof environment>;

/**
 * Reads the sandbox's options from the environment.
 *
 * @throws Error that names every invalid variable and contains no value
 */
export function loadOptions(env: NodeJS.ProcessEnv): SmsSandboxOptions {
  const set = withDefaultAccount(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  const parsed = environment.safeParse(set);
  const faults = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  if (!set['TWILIO_AUTH_TOKEN'] && !(set['TWILIO_API_KEY_SID'] && set['TWILIO_API_KEY_SECRET'])) {
    faults.push('TWILIO_AUTH_TOKEN is required, or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET');
  }
  if (!parsed.success || faults.length > 0) {
    throw new Error(`The SMS sandbox can't start:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
  return toOptions(parsed.data);
}

/** Without TWILIO_ACCOUNT_SID, the account is the one that `npm run dev` uses. */
function withDefaultAccount(set: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return set['TWILIO_ACCOUNT_SID'] === undefined ? { ...sandboxCredentials(set), ...set } : set;
}

function toOptions(env: Environment): SmsSandboxOptions {
  const { TWILIO_API_KEY_SID: sid, TWILIO_API_KEY_SECRET: secret } = env;
  return {
    port: env.SMS_SANDBOX_PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    accountSid: env.TWILIO_ACCOUNT_SID,
    // Without a token, status callbacks are not used, and only the API key gives access: a random token is enough.
    authToken: env.TWILIO_AUTH_TOKEN ?? randomBytes(16).toString('hex'),
    apiKey: sid === undefined || secret === undefined ? undefined : { sid, secret },
    statusStepMs: env.SMS_SANDBOX_STATUS_STEP_MS,
    carrierMs: env.SMS_SANDBOX_CARRIER_MS,
    listLagMs: env.SMS_SANDBOX_LIST_LAG_MS,
    answerDelayMs: env.SMS_SANDBOX_ANSWER_DELAY_MS,
    bodyPrefix: env.SMS_SANDBOX_BODY_PREFIX,
    undeliverable: env.SMS_SANDBOX_UNDELIVERABLE,
    tryItUrl: env.TRY_IT_PAGE === 'on' ? env.PUBLIC_URL?.replace(/\/+$/, '') : undefined,
  };
}

/** `+14255550123:30003,+14255550124:30006` */
function parseUndeliverable(list: string, context: z.RefinementCtx): Record<string, CarrierErrorCode> {
  const numbers: Record<string, CarrierErrorCode> = {};
  for (const entry of list.split(',').filter(Boolean)) {
    const [, number, digits] = /^\s*(\+\d+):(\d+)\s*$/.exec(entry) ?? [];
    const code = parseCarrierErrorCode(digits);
    if (number !== undefined && code !== undefined) numbers[number] = code;
    else context.addIssue('must be number:code pairs with commas between them, codes from 30003 to 30008');
  }
  return numbers;
}

function milliseconds() {
  return wholeNumber(2 ** 31 - 1);
}

function wholeNumber(max: number) {
  const error = `must be a whole number from 0 to ${max}`;
  return z.string().regex(/^\d+$/, error).transform(Number).pipe(z.number().max(max, error));
}
