import { totalmem } from 'node:os';
import closeWithGrace from 'close-with-grace';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities';
import { EXPECTED_FAILURES } from './activities/send-failures';
import { configOrExit } from './config/config-or-exit';
import { workerConfig, type WorkerConfig } from './config/worker-config';
import { createKeyRing } from './crypto/key-ring';
import { unforeseenError } from './telemetry/unforeseen-error';
import { usableMetricsAddress } from './metrics-port';
import { runMain } from './run-main';
import { reportAccess } from './messaging/report-access';
import { createTwilioReports, NO_DELIVERY_REPORTS } from './messaging/twilio/delivery-reports';
import { createWording } from './messaging/wording';
import type { SenderIdentity } from './messaging/sender';
import { createTwilioSender } from './messaging/twilio/sender';
import { DEFAULT_TENANT } from './domain/tenant-id';
import type { TenantMessaging } from './tenants/tenant';
import { createDataConverter } from './temporal/data-converter';
import { failedWithoutEnd } from './temporal/failed-worker';
import { raiseNestingLimit } from './temporal/nesting-limit';
import { longestCooldownSeconds, retentionWarning } from './temporal/retention';
import { lacksSearchAttributes, missingAttributesWarning } from './temporal/search-attributes';
import { formatVerificationId } from './gateway/ids';
import { noWorkflowSpans, startOptionalTracing } from './telemetry/optional-tracing';
import { createWorkerLogger } from './telemetry/worker-logger';
import { recordWorkerUp, workerTelemetry } from './telemetry/worker-metrics';
import { workflowMetricSinks } from './telemetry/workflow-metrics';
import { versioningOptions } from './temporal/worker-versioning';
import { workflowBundle } from './temporal/workflow-bundle';
import { maxCachedWorkflows } from './temporal/workflow-cache';
import { PHONE_VERIFICATION } from './workflows/definitions';

/**
 * Longer than one call to the provider. A try that is still searching for a message is stopped. Another worker then
 * searches again.
 */
const SHUTDOWN_GRACE_TIME = '12s';
const SHUTDOWN_TIMEOUT_MS = 15_000;

/** What the configuration says about the sender of messages. */
type Sender = Pick<WorkerConfig['twilio'], 'from' | 'messagingServiceSid'>;

async function main(handlesSignals: () => void): Promise<void> {
  const config = configOrExit(workerConfig);
  const logger = createWorkerLogger({ expectedFailures: EXPECTED_FAILURES });
  const metrics = await usableMetricsAddress(config.metrics, (message) => void logger.warn(message));
  const telemetryOptions = workerTelemetry(metrics);
  // This process shuts down by itself (see closeWithGrace), so the runtime must not listen for signals.
  const { metricMeter } = Runtime.install({ logger, shutdownSignals: [], telemetryOptions });
  recordWorkerUp(metricMeter);
  raiseNestingLimit();

  const tracing = startOptionalTracing(config.tracing, {
    serviceName: 'phone-verification-worker',
    warn: (message) => void logger.warn(message),
  });
  const keyRing = createKeyRing(config.secretKeys);
  const deliveryReports = createTwilioReports(config.statusCallback);
  if (!deliveryReports.enabled) logger.warn(NO_DELIVERY_REPORTS);
  const connection = await NativeConnection.connect(config.temporal.connection).catch(() => {
    const { address, tls, apiKey } = config.temporal.connection;
    const others = tls || apiKey !== undefined ? ', or TEMPORAL_TLS… or TEMPORAL_API_KEY is wrong' : '';
    throw new Error(`Temporal can't be reached at ${address} (TEMPORAL_ADDRESS)${others}`);
  });
  const { taskQueue } = config;
  const { namespace } = config.temporal;
  const tooShort = await retentionWarning(
    connection,
    namespace,
    longestCooldownSeconds([config, ...config.tenants]),
  );
  if (tooShort !== undefined) logger.warn(tooShort);
  if (await lacksSearchAttributes(connection, namespace)) logger.warn(missingAttributesWarning(namespace));
  const sender = createTwilioSender(config.twilio);
  const messaging = new Map(tenantMessaging(config).map((tenant) => [tenant.id, tenant]));
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    dataConverter: createDataConverter(keyRing, config.payloadEncryption, (reason) => {
      logger.warn(`Ignored a payload that this service did not write: ${reason}`);
    }),
    workflowBundle: await workflowBundle(),
    activities: createActivities({
      keyRing,
      senders: { sms: sender },
      tenantMessaging: (id) => messaging.get(id),
      reportUrl: (run, message) => deliveryReports.urlFor(formatVerificationId(run), message),
    }),
    interceptors: { activity: [...(tracing?.activityInterceptors ?? [])] },
    sinks: {
      ...(tracing?.workflowSinks ?? noWorkflowSpans),
      ...workflowMetricSinks(
        metricMeter.withTags({ namespace, taskQueue, workflowType: PHONE_VERIFICATION }),
      ),
    },
    ...versioningOptions(config.workerVersion),
    maxCachedWorkflows: maxCachedWorkflows({ container: process.constrainedMemory(), machine: totalmem() }),
    shutdownGraceTime: SHUTDOWN_GRACE_TIME,
    // The longest delay until an activity learns that its message is no longer needed.
    maxHeartbeatThrottleInterval: '1s',
    // If a worker was killed, another worker gets its workflows after this time (the default is 10 s).
    stickyQueueScheduleToStartTimeout: '1s',
  }).catch((error: unknown) => {
    // The SDK has one message for all failures to describe the namespace. It contains the whole gRPC answer.
    const isMissing =
      error instanceof Error && /^Namespace \S+ was not found.*code: NotFound/s.test(error.message);
    throw isMissing ? new Error(`Temporal has no namespace ${namespace} (TEMPORAL_NAMESPACE)`) : error;
  });

  const running = worker.run();
  const stopping = new AbortController();
  void reportAccess(sender, logger, stopping.signal);
  const onTimeout = (delayMs: number): void => {
    logger.warn(`Stopped after ${delayMs / 1000} s: Temporal did not answer, or a message was being sent`);
  };
  closeWithGrace({ delay: SHUTDOWN_TIMEOUT_MS, logger: false, onTimeout }, async ({ err }) => {
    if (err) logger.error('unforeseen failure', unforeseenError(err));
    stopping.abort();
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
    await connection.close();
    await tracing?.stop();
  });
  handlesSignals();
  await Promise.race([running, failedWithoutEnd(worker)]);
}

/** The wording and the sender of each tenant. */
function tenantMessaging({ smsTemplate, webOtpDomain, twilio, tenants }: WorkerConfig): TenantMessaging[] {
  return [
    {
      id: DEFAULT_TENANT,
      wording: createWording({ sentence: smsTemplate, webOtpDomain }),
      sender: senderIdentity(twilio),
    },
    ...tenants.map(({ id, sender, smsTemplate: sentence, ...wording }) => ({
      id,
      wording: createWording({ ...wording, sentence }),
      sender: senderIdentity(sender),
    })),
  ];
}

function senderIdentity({ from, messagingServiceSid }: Sender): SenderIdentity {
  return {
    ...(from !== undefined && { from }),
    ...(messagingServiceSid !== undefined && { pool: messagingServiceSid }),
  };
}

runMain('worker', main);
