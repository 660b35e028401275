import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM } from '../../sandbox/account';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

/** Development, the chaos test and the benchmark start verifications faster than the default limits allow. */
export const NO_LIMITS = {
  CALLER_LIMIT: 'off',
  CLIENT_IP_LIMIT: 'off',
  COUNTRY_BUDGET: 'off',
  PREFIX_BUDGET: 'off',
  NUMBER_LIMIT: 'off',
  TEXTS_PER_SECOND: 'off',
};

/** Fixed, so that a test can compute the workflow ID of a number. */
const SECRETS: Variables = {
  SECRET_KEYS: `k1:${Buffer.alloc(32, 5).toString('base64')}`,
  PHONE_DIGEST_KEY: Buffer.alloc(32, 4).toString('base64'),
};

/** Many processes run at the same time on one machine: they would all want the default ports. */
const NO_METRICS: Variables = { METRICS_PORT: 'off', WORKER_METRICS_PORT: 'off' };

/**
 * The variables that the API and the worker require, for tests and benchmarks with the SMS sandbox, and `variables`.
 * All other variables have the service's defaults, except that there are no metrics.
 */
export function serviceEnvironment(variables: Variables): Record<string, string> {
  return {
    ...SECRETS,
    ...NO_METRICS,
    API_KEYS: 'dev',
    TWILIO_ACCOUNT_SID: SANDBOX_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN: SANDBOX_AUTH_TOKEN,
    TWILIO_FROM: SANDBOX_FROM,
    ...variables,
  };
}
