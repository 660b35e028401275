import type { z } from 'zod';
import {
  codecTokenFaults,
  codeLengthOf,
  reusedDigestKeyFaults,
  samePortFaults,
  testCodeFaults,
} from './combination-checks';
import { freeze } from './frozen';
import { metricsAddress } from './metrics-address';
import { publicUrl, statusCallback } from './public-url';
import { readEnvironment, setVariables } from './read-environment';
import { environment } from './variables';
import { apiTenants } from './tenant-settings';
import { readTenantsFile } from './tenants-file';
import { isTracing, tracingFaults } from './tracing';
import { temporalConnection } from './variables/temporal';
import { tracing } from './variables/tracing';

/** The variables of the API. */
export const apiEnvironment = environment
  .pick({
    SECRET_KEYS: true,
    PHONE_DIGEST_KEY: true,
    API_KEYS: true,
    TENANTS_FILE: true,
    HOST: true,
    PORT: true,
    PUBLIC_URL: true,
    TRUST_PROXY: true,
    TEMPORAL_TASK_QUEUE: true,
    TWILIO_AUTH_TOKEN: true,
    TWILIO_API_URL: true,
    CODE_LENGTH: true,
    WINDOW_SECONDS: true,
    MAX_ATTEMPTS: true,
    RESEND_INTERVAL_SECONDS: true,
    MAX_RESENDS: true,
    COOLDOWN_SECONDS: true,
    CALLER_LIMIT: true,
    CLIENT_IP_LIMIT: true,
    COUNTRY_BUDGET: true,
    PREFIX_BUDGET: true,
    NUMBER_LIMIT: true,
    TEXTS_PER_SECOND: true,
    REDIS_URL: true,
    ALLOWED_COUNTRIES: true,
    PHONE_NUMBER_CHECK: true,
    TEST_NUMBERS: true,
    PAYLOAD_ENCRYPTION: true,
    CODEC_SERVER_TOKEN: true,
    CODEC_SERVER_ORIGIN: true,
    METRICS_HOST: true,
    METRICS_PORT: true,
    DURABLE_FUNCTIONS_AUTH: true,
    TRY_IT_PAGE: true,
    SMS_SANDBOX_URL: true,
  })
  .extend(temporalConnection)
  .extend(tracing);

export type ApiConfig = ReturnType<typeof apiConfig>;

/** @throws ConfigError */
export function apiConfig(env: NodeJS.ProcessEnv) {
  const set = setVariables(env);
  const { tenants, faults } = readTenantsFile(set, codeLengthOf(set));
  const checks = [
    testCodeFaults,
    reusedDigestKeyFaults,
    codecTokenFaults,
    samePortFaults,
    tracingFaults,
    () => faults,
  ];
  const { variables, temporal } = readEnvironment(apiEnvironment, env, checks);
  const rules = defaultRules(variables);
  return freeze({
    host: variables.HOST,
    port: variables.PORT,
    /** Undefined for no metrics. */
    metrics: metricsAddress(env, variables.METRICS_HOST, 'METRICS_PORT', variables.METRICS_PORT),
    /** Without a trailing slash. */
    publicUrl: publicUrl(variables),
    trustProxy: variables.TRUST_PROXY,
    temporal,
    /** Whether traces are recorded. The OpenTelemetry SDK reads its other variables by itself. */
    tracing: isTracing(variables),
    taskQueue: variables.TEMPORAL_TASK_QUEUE,
    payloadEncryption: variables.PAYLOAD_ENCRYPTION === 'on',
    secretKeys: variables.SECRET_KEYS,
    phoneDigestKey: variables.PHONE_DIGEST_KEY,
    apiKeys: variables.API_KEYS,
    /** The rules of the tenant `default`. */
    rules,
    /** The tenants of TENANTS_FILE. */
    tenants: apiTenants(tenants, rules),
    budgets: {
      country: variables.COUNTRY_BUDGET,
      prefix: variables.PREFIX_BUDGET,
      messagesPerSecond: variables.TEXTS_PER_SECOND,
    },
    redisUrl: variables.REDIS_URL,
    /** Undefined if there are no delivery reports. */
    statusCallback: statusCallback(variables),
    durableFunctionsAuth: variables.DURABLE_FUNCTIONS_AUTH,
    /** Undefined if the page is switched off. */
    tryItPage:
      variables.TRY_IT_PAGE === 'on'
        ? { phonePageUrl: variables.SMS_SANDBOX_URL?.replace(/\/+$/, '') }
        : undefined,
    /** Undefined if the API is not a codec server. */
    codecServer:
      variables.CODEC_SERVER_TOKEN === undefined
        ? undefined
        : { token: variables.CODEC_SERVER_TOKEN, origin: variables.CODEC_SERVER_ORIGIN },
  });
}

function defaultRules(variables: z.output<typeof apiEnvironment>) {
  return {
    policy: {
      codeLength: variables.CODE_LENGTH,
      windowMs: variables.WINDOW_SECONDS * 1000,
      maxAttempts: variables.MAX_ATTEMPTS,
      resendIntervalMs: variables.RESEND_INTERVAL_SECONDS * 1000,
      maxResends: variables.MAX_RESENDS,
      numberLimit: variables.NUMBER_LIMIT,
    },
    cooldownSeconds: variables.COOLDOWN_SECONDS,
    numberRules: {
      /** ISO 3166-1 alpha-2; undefined for all. */
      allowedCountries: variables.ALLOWED_COUNTRIES,
      phoneNumberCheck: variables.PHONE_NUMBER_CHECK,
      testNumbers: variables.TEST_NUMBERS ?? [],
    },
    limits: { caller: variables.CALLER_LIMIT, clientIp: variables.CLIENT_IP_LIMIT },
  };
}
