import closeWithGrace from 'close-with-grace';
import type { FastifyBaseLogger } from 'fastify';
import { buildApp } from './api/app';
import type { TestNumber } from './numbers/phone-number';
import { loadConfigOrExit } from './config/config';
import { createCapabilities } from './crypto/capability';
import { createDigests } from './crypto/digest';
import { createKeyRing } from './crypto/key-ring';
import { withoutMessage } from './domain/errors';
import { connectRedis } from './api/redis';
import { runMain } from './run-main';
import { NO_STATUS_CALLBACK } from './messaging/twilio/status-callback';
import { requestLogging } from './telemetry/request-logging';
import { createPayloadReader } from './temporal/payload-reader';
import { createDataConverter } from './temporal/data-converter';
import { createTemporalClient } from './temporal/client';
import { createVerifications } from './gateway/verifications';

/** Longer than the longest call to Temporal: a request that was accepted is answered. */
const SHUTDOWN_TIMEOUT_MS = 20_000;

/** The key of `npm run dev`, which anybody may know. */
const DEVELOPMENT_KEY = 'dev';
const MIN_API_KEY_CHARACTERS = 16;

async function main(): Promise<void> {
  const config = loadConfigOrExit();
  const keyRing = createKeyRing(config.secretKeys);
  const client = createTemporalClient({
    ...config.temporal,
    dataConverter: createDataConverter(keyRing, config.payloadEncryption),
  });
  const digests = createDigests(config.phoneDigestKey);
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl, () => app.log);
  const app = buildApp({
    verifications: createVerifications({
      client,
      taskQueue: config.taskQueue,
      keyRing,
      digests,
      policy: config.policy,
      cooldownSeconds: config.cooldownSeconds,
    }),
    apiKeys: config.apiKeys,
    publicUrl: config.publicUrl,
    capabilities: createCapabilities(keyRing),
    numberRules: config.numberRules,
    digests,
    limits: config.limits,
    redis,
    trustProxy: config.trustProxy,
    statusCallback: config.statusCallback,
    durableFunctionsAuth: config.durableFunctionsAuth,
    codecServer: config.codecServer && { ...config.codecServer, decode: createPayloadReader(keyRing) },
    logger: requestLogging,
  });

  closeWithGrace({ delay: SHUTDOWN_TIMEOUT_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(withoutMessage(err), 'unforeseen failure');
    await app.close();
    redis?.disconnect();
    await client.connection.close();
  });
  sayTestNumbers(app.log, config.numberRules.testNumbers);
  warnOfShortApiKeys(app.log, config.apiKeys);
  if (config.statusCallback === undefined) app.log.warn(NO_STATUS_CALLBACK);
  await app.listen({ host: config.host, port: config.port });
}

/** A key that a person thought up is short, and can be guessed. */
function warnOfShortApiKeys(log: FastifyBaseLogger, apiKeys: readonly string[]): void {
  const count = apiKeys.filter(
    (key) => key.length < MIN_API_KEY_CHARACTERS && key !== DEVELOPMENT_KEY,
  ).length;
  if (count === 0) return;
  log.warn(
    `API_KEYS: ${count} of ${apiKeys.length} shorter than ${MIN_API_KEY_CHARACTERS} characters; npm run keys makes a good one`,
  );
}

/** Whoever forgets a test number leaves a door open. */
function sayTestNumbers(log: FastifyBaseLogger, testNumbers: readonly TestNumber[]): void {
  if (testNumbers.length === 0) return;
  const ended = testNumbers.filter(({ endsAt }) => endsAt < Date.now()).length;
  log.warn(
    `TEST_NUMBERS: ${testNumbers.length - ended} with a fixed code and no text, ${ended} past their day`,
  );
}

runMain('API', main);
