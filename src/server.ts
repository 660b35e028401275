import type { Client } from '@temporalio/client';
import closeWithGrace from 'close-with-grace';
import type { FastifyBaseLogger } from 'fastify';
import { buildApp } from './api/app';
import { buildMetricsServer } from './api/http/metrics-server';
import { testNumbersWarning } from './numbers/test-numbers';
import { apiConfig, type ApiConfig } from './config/api-config';
import { configOrExit } from './config/config-or-exit';
import { hashOf } from './crypto/api-keys';
import { createCapabilities } from './crypto/capability';
import { createDigests } from './crypto/digest';
import { createVerifySids } from './crypto/verify-sids';
import { createKeyRing } from './crypto/key-ring';
import { createApiMetrics, type ApiMetrics } from './telemetry/api-metrics';
import { unforeseenError } from './telemetry/unforeseen-error';
import { connectRedis, createRedis } from './limits/redis';
import { usableMetricsAddress } from './metrics-port';
import { runMain } from './run-main';
import { createTwilioReports, NO_DELIVERY_REPORTS } from './messaging/twilio/delivery-reports';
import { startOptionalTracing } from './telemetry/optional-tracing';
import { requestLogging } from './telemetry/request-log';
import { createPayloadReader } from './temporal/payload-reader';
import { createDataConverter } from './temporal/data-converter';
import { createTemporalClient } from './temporal/client';
import { observeTemporal } from './temporal/observe';
import { longestCooldownSeconds } from './temporal/retention';
import { missingAttributesWarning, lacksSearchAttributes } from './temporal/search-attributes';
import { SearchAttributeUse } from './gateway/start/search-attribute-use';
import { createVerifications } from './gateway/create-verifications';
import { parseVerificationId } from './gateway/ids';
import type { Verifications } from './gateway/verifications';
import { createTenants, type TenantEntry } from './tenants/registry';
import { DEFAULT_TENANT } from './domain/tenant-id';
import { verifyServiceNames } from './tenants/verify-services';

/** Longer than a call to Temporal with its retries. Only a start that waited in a queue before can take longer. */
const SHUTDOWN_TIMEOUT_MS = 20_000;

/** The API key of `npm run dev`. It is not a secret. */
const DEVELOPMENT_KEY = 'dev';
const MIN_API_KEY_CHARACTERS = 16;

async function main(handlesSignals: () => void): Promise<void> {
  const config = configOrExit(apiConfig);
  const keyRing = createKeyRing(config.secretKeys);
  const tracing = startOptionalTracing(config.tracing, {
    serviceName: 'phone-verification-api',
    warn: (message) => app.log.warn(message),
  });
  const client = createTemporalClient({
    ...config.temporal,
    dataConverter: createDataConverter(keyRing, config.payloadEncryption),
    interceptors: tracing?.clientInterceptors,
  });
  const digests = createDigests(config.phoneDigestKey);
  const redis = config.redisUrl === undefined ? undefined : createRedis(config.redisUrl, () => app.log);
  const tenants = createTenants(tenantEntries(config));
  const deliveryReports = createTwilioReports(config.statusCallback);
  const metrics = createApiMetrics();
  const { namespace } = config.temporal;
  const attributeUse = new SearchAttributeUse(() => app.log.warn(missingAttributesWarning(namespace)));
  const { taskQueue } = config;
  const verifications = createVerifications({ client, taskQueue, keyRing, digests, attributeUse });
  const app = buildApp({
    verifications,
    tenants,
    publicUrl: config.publicUrl,
    capabilities: createCapabilities(keyRing),
    digests,
    budgets: config.budgets,
    redis,
    trustProxy: config.trustProxy && [...config.trustProxy],
    deliveryReports,
    verifySids: createVerifySids(config.phoneDigestKey),
    metrics,
    durableFunctionsAuth: config.durableFunctionsAuth,
    codecServer: config.codecServer && { ...config.codecServer, decode: createPayloadReader(keyRing) },
    tryItPage: config.tryItPage && {
      ...config.tryItPage,
      cookieKeys: keyRing.all.map(({ cookie }) => cookie),
    },
    runIdOf: (id) => parseVerificationId(id)?.runId,
    logger: requestLogging,
    traceRequests: tracing?.traceRequests,
  });

  const metricsServer = await listenForMetrics(config, metrics, client, app.log);
  closeWithGrace({ delay: SHUTDOWN_TIMEOUT_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(unforeseenError(err), 'unforeseen failure');
    await app.close();
    await verifications.idle();
    redis?.disconnect();
    await metricsServer?.close();
    await client.connection.close();
    await tracing?.stop();
  });
  handlesSignals();
  // Only now: what happens before blocks this process for longer than Redis may take to answer.
  await app.ready();
  if (redis) await connectRedis(redis);
  const testNumbers = tenants.all.flatMap(({ numberRules }) => numberRules.testNumbers);
  const testNumbersSentence = testNumbersWarning(testNumbers, Date.now());
  if (testNumbersSentence !== undefined) app.log.warn(testNumbersSentence);
  warnOfShortApiKeys(app.log, config.apiKeys);
  if (!deliveryReports.enabled) app.log.warn(NO_DELIVERY_REPORTS);
  const services = verifyServiceNames(tenants.all);
  if (services.length > 0) app.log.info(`Twilio Verify: ${services.join(', ')}`);
  // Not awaited: Temporal may not be reachable yet.
  void warnWithoutTemporal(verifications, config, app.log);
  // A start that is refused says the same.
  void lacksSearchAttributes(client.connection, namespace).then((lacks) => lacks && attributeUse.refused());
  await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
    throw listenError(error);
  });
}

/** Names the variable that is at fault, and no value. */
function listenError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new Error('PORT: another process uses this port');
  if (code === 'EACCES') return new Error('PORT: this user may not use this port');
  if (code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL')
    return new Error('HOST: this machine does not have this address');
  return error;
}

/** Undefined without metrics. @throws Error if the port can't be used */
async function listenForMetrics(
  config: ApiConfig,
  metrics: ApiMetrics,
  client: Client,
  log: FastifyBaseLogger,
) {
  const address = await usableMetricsAddress(config.metrics, (message) => log.warn(message));
  if (!address) return undefined;
  metrics.watchProcess();
  metrics.watchTemporal({
    ask: () => observeTemporal(client, config.taskQueue),
    longestCooldownSeconds: longestCooldownSeconds([config.rules, ...config.tenants]),
  });
  const server = buildMetricsServer(metrics);
  await server.listen({ host: address.host, port: address.port });
  return server;
}

async function warnWithoutTemporal(
  { temporalFault }: Pick<Verifications, 'temporalFault'>,
  { temporal: { connection, namespace } }: ApiConfig,
  log: FastifyBaseLogger,
): Promise<void> {
  const fault = await temporalFault();
  if (!fault) return;
  const { reason } = fault.refusal;
  log.warn(
    { reason },
    `Temporal at ${connection.address} does not answer, or refuses this API for the namespace ${namespace}: ` +
      'requests get 503. Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the credentials for Temporal',
  );
}

/** The default tenant, which the environment configures, and the tenants of the file. */
function tenantEntries({ rules, apiKeys, tenants }: ApiConfig): TenantEntry[] {
  return [
    { tenant: { id: DEFAULT_TENANT, ...rules }, apiKeyHashes: apiKeys.map(hashOf) },
    ...tenants.map(({ apiKeyHashes, verifyCredentials = [], ...tenant }) => ({
      tenant,
      apiKeyHashes,
      verifyCredentials,
    })),
  ];
}

/** A short key was probably chosen by a person, and can be guessed. */
function warnOfShortApiKeys(log: FastifyBaseLogger, apiKeys: readonly string[]): void {
  const count = apiKeys.filter(
    (key) => key.length < MIN_API_KEY_CHARACTERS && key !== DEVELOPMENT_KEY,
  ).length;
  if (count === 0) return;
  log.warn(
    `API_KEYS: ${count} of ${apiKeys.length} shorter than ${MIN_API_KEY_CHARACTERS} characters; npm run keys makes a good one`,
  );
}

runMain('API', main);
