import type { Limit, Policy } from '../domain/types';
import type { NumberRules, TestNumber } from '../numbers/phone-number';
import { endOfDay } from './fields';
import { VERIFY_CODE_LENGTH } from './tenants-faults';
import type { FileTenant, FileTenants } from './tenants-schema';

/** The rules of the default tenant. Another tenant has them, too, where the file names no others. */
export interface DefaultRules {
  readonly policy: Policy;
  readonly cooldownSeconds: readonly number[];
  readonly numberRules: NumberRules;
  readonly limits: { readonly caller: Limit | undefined; readonly clientIp: Limit | undefined };
}

/** The rules of Twilio Verify, for tenants whose clients speak its API. */
export const VERIFY_RULES = {
  codeLength: VERIFY_CODE_LENGTH,
  windowMs: 600_000,
  maxAttempts: 5,
  maxResends: 4,
  resendIntervalMs: 0,
  cooldownSeconds: [0],
};

/** Switches the last line of a message off. */
const OFF = 'off';

/** The text of Twilio Verify's messages. */
const VERIFY_TEMPLATE = 'Your {name} verification code is: {code}';

/** What the API needs to know about the tenants of the file. */
export function apiTenants(tenants: FileTenants, defaults: DefaultRules) {
  return Object.entries(tenants).map(([id, tenant]) => ({
    id,
    name: tenant.name,
    /** SHA-256, hex. */
    apiKeyHashes: tenant.apiKeys,
    ...rulesOf(tenant, defaults),
    ...verifyOf(tenant),
  }));
}

/** The service of Twilio Verify's API, and the credentials of its clients. */
function verifyOf(tenant: FileTenant) {
  const { verify } = tenant;
  if (!verify) return {};
  const { authToken, apiKeys, ...service } = verify;
  const ofAccount = authToken === undefined ? [] : [{ username: verify.accountSid, passwordHash: authToken }];
  const ofKeys = Object.entries(apiKeys).map(([username, passwordHash]) => ({ username, passwordHash }));
  return {
    verify: { ...service, friendlyName: tenant.name, templates: templatesOf(tenant) },
    verifyCredentials: [...ofAccount, ...ofKeys],
  };
}

/** The wording and the sender of the default tenant. Another tenant has them, too, where the file names no others. */
export interface DefaultMessaging {
  readonly smsTemplate: string;
  readonly webOtpDomain: string | undefined;
  readonly sender: MessageSource;
}

/** At least one of the two is defined. */
interface MessageSource {
  readonly from: string | undefined;
  readonly messagingServiceSid: string | undefined;
}

/** What a worker needs to know about the tenants of the file. */
export function workerTenants(tenants: FileTenants, defaults: DefaultMessaging) {
  return Object.entries(tenants).map(([id, tenant]) => ({
    id,
    name: tenant.name,
    smsTemplate: tenant.smsTemplate ?? (tenant.verify ? VERIFY_TEMPLATE : defaults.smsTemplate),
    webOtpDomain: webOtpDomainOf(tenant, defaults),
    sender: senderOf(tenant, defaults),
    templates: templatesOf(tenant),
    defaultTemplateSid: tenant.verify?.defaultTemplateSid,
    doNotShareWarning: tenant.verify?.doNotShareWarningEnabled ?? false,
    cooldownSeconds: tenant.cooldownSeconds ?? [],
  }));
}

/** A message of Twilio Verify has no such line unless the tenant asks for it. */
function webOtpDomainOf({ webotpDomain, verify }: FileTenant, defaults: DefaultMessaging) {
  if (webotpDomain === OFF) return undefined;
  return webotpDomain ?? (verify ? undefined : defaults.webOtpDomain);
}

/** A number and a messaging service belong together: a tenant that names one inherits neither. */
function senderOf({ from, messagingServiceSid }: FileTenant, { sender }: DefaultMessaging): MessageSource {
  const namesOne = from !== undefined || messagingServiceSid !== undefined;
  return namesOne ? { from, messagingServiceSid } : sender;
}

function rulesOf(tenant: FileTenant, defaults: DefaultRules) {
  const { verify, limits } = tenant;
  const base = verify ? VERIFY_RULES : { ...defaults.policy, cooldownSeconds: defaults.cooldownSeconds };
  const codeLength = tenant.codeLength ?? base.codeLength;
  return {
    policy: {
      codeLength,
      windowMs: inMs(tenant.windowSeconds) ?? base.windowMs,
      maxAttempts: tenant.maxAttempts ?? base.maxAttempts,
      resendIntervalMs: inMs(tenant.resendIntervalSeconds) ?? base.resendIntervalMs,
      maxResends: tenant.maxResends ?? base.maxResends,
      numberLimit: tenant.numberLimit === undefined ? defaults.policy.numberLimit : tenant.numberLimit,
    },
    cooldownSeconds: tenant.cooldownSeconds ?? base.cooldownSeconds,
    numberRules: {
      allowedCountries: tenant.allowedCountries ?? defaults.numberRules.allowedCountries,
      phoneNumberCheck: tenant.phoneNumberCheck ?? defaults.numberRules.phoneNumberCheck,
      testNumbers: testNumbersOf(tenant) ?? ofLength(codeLength, defaults.numberRules.testNumbers),
    },
    limits: {
      // `off` is undefined, too: it differs from a key that the file does not name.
      caller: 'caller' in limits ? limits.caller : defaults.limits.caller,
      clientIp: 'clientIp' in limits ? limits.clientIp : defaults.limits.clientIp,
    },
  };
}

function testNumbersOf({ testNumbers }: FileTenant): TestNumber[] | undefined {
  if (testNumbers === undefined) return undefined;
  return Object.entries(testNumbers).map(([phoneNumber, { code, until }]) => ({
    phoneNumber,
    code,
    endsAt: endOfDay(until),
  }));
}

/** A test number of the environment is also one of a tenant whose codes have as many digits. */
function ofLength(codeLength: number, testNumbers: readonly TestNumber[]): TestNumber[] {
  return testNumbers.filter(({ code }) => code.length === codeLength);
}

function templatesOf({ templates }: FileTenant) {
  return Object.entries(templates).map(([sid, { name, locales }]) => ({
    sid,
    name,
    locales: Object.entries(locales).map(([locale, sentence]) => ({ locale, sentence })),
  }));
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
