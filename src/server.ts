import closeWithGrace from 'close-with-grace';
import { buildApp } from './api/app';
import { loadConfigOrExit } from './config';
import { createCapabilities } from './crypto/capability';
import { createDigests } from './crypto/digest';
import { createKeyRing } from './crypto/key-ring';
import { withoutMessage } from './domain/errors';
import { runMain } from './run-main';
import { NO_STATUS_CALLBACK } from './sms/status-callback';
import { requestLogging } from './api/request-logging';
import { createDataConverter } from './temporal/data-converter';
import { createTemporalClient } from './temporal/client';
import { createVerifications } from './temporal/verifications';

/** Longer than the longest call to Temporal: a request that was accepted is answered. */
const SHUTDOWN_TIMEOUT_MS = 20_000;

async function main(): Promise<void> {
  const config = loadConfigOrExit();
  const keyRing = createKeyRing(config.secretKeys);
  const client = createTemporalClient({
    ...config.temporal,
    dataConverter: createDataConverter(keyRing, config.payloadEncryption),
  });
  const app = buildApp({
    verifications: createVerifications({
      client,
      taskQueue: config.taskQueue,
      keyRing,
      digests: createDigests(config.phoneDigestKey),
      policy: config.policy,
      cooldownSeconds: config.cooldownSeconds,
    }),
    apiKeys: config.apiKeys,
    publicUrl: config.publicUrl,
    capabilities: createCapabilities(keyRing),
    codeLength: config.policy.codeLength,
    windowMs: config.policy.windowMs,
    allowedCountries: config.allowedCountries,
    statusCallback: config.statusCallback,
    durableFunctionsAuth: config.durableFunctionsAuth,
    logger: requestLogging,
  });

  closeWithGrace({ delay: SHUTDOWN_TIMEOUT_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal(withoutMessage(err), 'unforeseen failure');
    await app.close();
    await client.connection.close();
  });
  if (config.statusCallback === undefined) app.log.warn(NO_STATUS_CALLBACK);
  await app.listen({ host: config.host, port: config.port });
}

runMain('API', main);
