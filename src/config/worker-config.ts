import type { z } from 'zod';
import { NO_TWILIO_CREDENTIALS, twilioFaults } from './combination-checks';
import { freeze } from './frozen';
import { metricsAddress } from './metrics-address';
import { statusCallback } from './public-url';
import { ConfigError, readEnvironment, setVariables } from './read-environment';
import { environment } from './variables';
import { workerTenants } from './tenant-settings';
import { readTenantsFile } from './tenants-file';
import { isTracing, tracingFaults } from './tracing';
import { temporalConnection } from './variables/temporal';
import { tracing } from './variables/tracing';

/** The variables of the worker. */
export const workerEnvironment = environment
  .pick({
    SECRET_KEYS: true,
    TENANTS_FILE: true,
    PORT: true,
    PUBLIC_URL: true,
    TEMPORAL_TASK_QUEUE: true,
    TEMPORAL_WORKER_BUILD_ID: true,
    TEMPORAL_DEPLOYMENT_NAME: true,
    TWILIO_ACCOUNT_SID: true,
    TWILIO_AUTH_TOKEN: true,
    TWILIO_API_KEY_SID: true,
    TWILIO_API_KEY_SECRET: true,
    TWILIO_FROM: true,
    TWILIO_MESSAGING_SERVICE_SID: true,
    TWILIO_API_URL: true,
    COOLDOWN_SECONDS: true,
    SMS_TEMPLATE: true,
    WEBOTP_DOMAIN: true,
    PAYLOAD_ENCRYPTION: true,
    METRICS_HOST: true,
    WORKER_METRICS_PORT: true,
  })
  .extend(temporalConnection)
  .extend(tracing);

type WorkerVariables = z.output<typeof workerEnvironment>;

export type WorkerConfig = ReturnType<typeof workerConfig>;

/** @throws ConfigError */
export function workerConfig(env: NodeJS.ProcessEnv) {
  const { tenants, faults } = readTenantsFile(setVariables(env));
  const checks = [twilioFaults, tracingFaults, () => faults];
  const { variables, temporal } = readEnvironment(workerEnvironment, env, checks);
  return freeze({
    temporal,
    /** Whether traces are recorded. The OpenTelemetry SDK reads its other variables by itself. */
    tracing: isTracing(variables),
    taskQueue: variables.TEMPORAL_TASK_QUEUE,
    workerVersion: workerVersion(variables),
    payloadEncryption: variables.PAYLOAD_ENCRYPTION === 'on',
    secretKeys: variables.SECRET_KEYS,
    twilio: {
      accountSid: variables.TWILIO_ACCOUNT_SID,
      ...twilioCredentials(variables),
      from: variables.TWILIO_FROM,
      messagingServiceSid: variables.TWILIO_MESSAGING_SERVICE_SID,
      apiUrl: variables.TWILIO_API_URL,
    },
    /** Undefined if there are no delivery reports. */
    statusCallback: statusCallback(variables),
    smsTemplate: variables.SMS_TEMPLATE,
    webOtpDomain: variables.WEBOTP_DOMAIN,
    /** The tenants of TENANTS_FILE. */
    tenants: workerTenants(tenants, {
      smsTemplate: variables.SMS_TEMPLATE,
      webOtpDomain: variables.WEBOTP_DOMAIN,
      sender: {
        from: variables.TWILIO_FROM,
        messagingServiceSid: variables.TWILIO_MESSAGING_SERVICE_SID,
      },
    }),
    cooldownSeconds: variables.COOLDOWN_SECONDS,
    /** Undefined for no metrics. */
    metrics: metricsAddress(
      env,
      variables.METRICS_HOST,
      'WORKER_METRICS_PORT',
      variables.WORKER_METRICS_PORT,
    ),
  });
}

/** The worker's build. Undefined without a build id: it then shares all tasks with all other workers without one. */
function workerVersion({ TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID }: WorkerVariables) {
  if (TEMPORAL_WORKER_BUILD_ID === undefined) return undefined;
  return { deploymentName: TEMPORAL_DEPLOYMENT_NAME, buildId: TEMPORAL_WORKER_BUILD_ID };
}

/** The account with its token, or an API key with its secret. */
function twilioCredentials(variables: WorkerVariables) {
  const { TWILIO_AUTH_TOKEN, TWILIO_API_KEY_SID, TWILIO_API_KEY_SECRET } = variables;
  if (TWILIO_AUTH_TOKEN !== undefined)
    return { username: variables.TWILIO_ACCOUNT_SID, password: TWILIO_AUTH_TOKEN };
  if (TWILIO_API_KEY_SID !== undefined && TWILIO_API_KEY_SECRET !== undefined)
    return { username: TWILIO_API_KEY_SID, password: TWILIO_API_KEY_SECRET };
  throw new ConfigError([NO_TWILIO_CREDENTIALS]);
}
