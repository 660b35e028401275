import { randomInt, randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { Client } from '@temporalio/client';
import type { DataConverter, WorkerDeploymentVersion } from '@temporalio/common';
import { type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { freePort } from '../../harness/ports';
import { receivedCode as findReceivedCode, wrongCodeFor } from '../../harness/received-code';
import type { SmsSandbox, SmsSandboxOptions } from '../../sandbox';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN, SANDBOX_FROM } from '../../sandbox/account';
import { createActivities } from '../../src/activities';
import { buildApp } from '../../src/api/app';
import type { CodecServer } from '../../src/api/codec/routes';
import type { TryItPage } from '../../src/api/try-it/routes';
import type { Budgets } from '../../src/limits/limits';
import { createTenants, type HashedCredentials } from '../../src/tenants/registry';
import { DEFAULT_TENANT } from '../../src/domain/tenant-id';
import type { Tenant, TenantLimits, TenantMessaging } from '../../src/tenants/tenant';
import type { StartRequest } from '../../src/gateway/start/start-request';
import type { NumberRules } from '../../src/numbers/phone-number';
import { createApiMetrics, type ApiMetrics } from '../../src/telemetry/api-metrics';
import { requestLogging } from '../../src/telemetry/request-log';
import { workflowMetricSinks } from '../../src/telemetry/workflow-metrics';
import { hashOf } from '../../src/crypto/api-keys';
import { createCapabilities } from '../../src/crypto/capability';
import { createDigests, type Digests } from '../../src/crypto/digest';
import { createVerifySids } from '../../src/crypto/verify-sids';
import { createKeyRing, type KeyRing } from '../../src/crypto/key-ring';
import type { Policy } from '../../src/domain/types';
import { createTwilioReports } from '../../src/messaging/twilio/delivery-reports';
import { createWording } from '../../src/messaging/wording';
import { createTwilioSender } from '../../src/messaging/twilio/sender';
import { formatVerificationId, parseVerificationId } from '../../src/gateway/ids';
import { createDataConverter } from '../../src/temporal/data-converter';
import { missingAttributesWarning } from '../../src/temporal/search-attributes';
import { versioningOptions } from '../../src/temporal/worker-versioning';
import { SearchAttributeUse } from '../../src/gateway/start/search-attribute-use';
import { createVerifications } from '../../src/gateway/create-verifications';
import { forTenant, type TenantVerifications } from './for-tenant';
import { eventually } from './eventually';
import { requiredEnv } from './required-env';
import { startTestSandbox } from './test-sandbox';

export { eventually, requiredEnv, wrongCodeFor };

export const API_KEYS = ['alice-key', 'bob-key'] as const;
export const PUBLIC_URL = 'https://verify.example.com';

export const DEFAULT_POLICY: Policy = {
  codeLength: 4,
  windowMs: 90_000,
  maxAttempts: 4,
  resendIntervalMs: 30_000,
  maxResends: 2,
  numberLimit: null,
};

/** The wording and the sender of the tests' messages. */
const TEST_MESSAGING: TenantMessaging = {
  id: DEFAULT_TENANT,
  wording: createWording({ sentence: 'Your code is {code}.' }),
  sender: { from: SANDBOX_FROM },
};

export const testDigests = createDigests(Buffer.alloc(32, 2));
export const testKeyRing = createKeyRing([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
export const testDataConverter = createDataConverter(testKeyRing, false);

export const DEFAULT_COOLDOWN_SECONDS = [0, 30, 60, 300, 900, 3600, 86_400];

export const ANY_NUMBER: NumberRules = {
  allowedCountries: undefined,
  phoneNumberCheck: 'possible',
  testNumbers: [],
};

const NO_TENANT_LIMITS: TenantLimits = { caller: undefined, clientIp: undefined };

const NO_LIMITS: Budgets & TenantLimits = {
  ...NO_TENANT_LIMITS,
  country: { general: undefined, countries: new Map() },
  prefix: undefined,
  messagesPerSecond: undefined,
};

/** A tenant other than `default`, as TENANTS_FILE would describe it. */
export interface ServiceTenant {
  readonly tenant: Tenant;
  readonly apiKey: string;
  readonly messaging: Omit<TenantMessaging, 'id'>;
  readonly verifyCredentials?: readonly HashedCredentials[];
}

/** A tenant with the default rules, except for `rules`. Its API key is `<id>-key`. */
export function serviceTenant(
  id: string,
  { messaging, ...rules }: Partial<Omit<Tenant, 'id'> & { messaging: ServiceTenant['messaging'] }> = {},
): ServiceTenant {
  return {
    tenant: {
      id,
      policy: DEFAULT_POLICY,
      cooldownSeconds: DEFAULT_COOLDOWN_SECONDS,
      numberRules: ANY_NUMBER,
      limits: NO_TENANT_LIMITS,
      ...rules,
    },
    apiKey: `${id}-key`,
    messaging: messaging ?? TEST_MESSAGING,
  };
}

/** The service in this process, with real parts: gateway, API, worker, Twilio's official client and the SMS sandbox. */
export interface Service {
  readonly app: FastifyInstance;
  readonly client: Client;
  readonly sandbox: SmsSandbox;
  readonly metrics: ApiMetrics;
  /** The gateway for the default tenant. */
  readonly verifications: TenantVerifications;
  /** A start request with this service's rules. */
  startRequest(
    phoneNumber: string,
    idempotencyKey?: string,
    caller?: string,
  ): ReturnType<typeof startRequest>;
  readonly taskQueue: string;
  /**
   * Starts a worker. By default, the service already has one. With a version, it belongs to this build. `only`: the tasks
   * that it takes. Default: both.
   */
  startWorker(version?: WorkerDeploymentVersion, only?: 'workflows' | 'activities'): Promise<void>;
  /** Stops the workers. */
  stopWorker(): Promise<void>;
  /** Starts a verification for a new number and waits for its message. */
  startAndReceive(): Promise<{ id: string; phoneNumber: string; code: string; wrongCode: string }>;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly client: Client;
  readonly nativeConnection: NativeConnection;
  readonly policy?: Partial<Policy>;
  readonly withWorker?: boolean;
  /** Must be the client's. Default: without encryption, so that tests can read histories. */
  readonly dataConverter?: DataConverter;
  readonly keyRing?: KeyRing;
  /** With other digests, numbers have workflow IDs that no other test uses. Default: `testDigests`. */
  readonly digests?: Digests;
  readonly cooldownSeconds?: readonly number[];
  readonly numberRules?: NumberRules;
  /** Tenants beside `default`. Default: none. */
  readonly tenants?: readonly ServiceTenant[];
  /** Default: no limits. */
  readonly limits?: Partial<Budgets & TenantLimits>;
  readonly redis?: Redis;
  readonly trustProxy?: string[];
  readonly durableFunctionsAuth?: 'function' | 'anonymous';
  /** Default: PUBLIC_URL. */
  readonly publicUrl?: string;
  /** Whether the sandbox reports deliveries. The API then listens on a port. */
  readonly withStatusCallback?: boolean;
  readonly codecServer?: CodecServer;
  readonly tryItPage?: TryItPage;
  readonly sandbox?: Partial<SmsSandboxOptions>;
  /** The URL of the SMS provider. Default: the sandbox. */
  readonly providerUrl?: string;
  /** Receives the API's log. Default: no log. */
  readonly log?: Writable;
}

export async function startService(options: ServiceOptions): Promise<Service> {
  const {
    client,
    nativeConnection,
    withWorker = true,
    dataConverter = testDataConverter,
    keyRing = testKeyRing,
    digests = testDigests,
    tenants = [],
  } = options;
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const taskQueue = `test-${randomUUID()}`;
  const port = await freePort();
  const { withStatusCallback = false } = options;
  const publicUrl = options.publicUrl ?? (withStatusCallback ? `http://127.0.0.1:${port}` : PUBLIC_URL);
  const sandbox = await startTestSandbox({
    ...(options.tryItPage && { tryItUrl: publicUrl }),
    ...options.sandbox,
  });
  const deliveryReports = createTwilioReports(
    withStatusCallback ? { authToken: SANDBOX_AUTH_TOKEN, publicUrl } : undefined,
  );
  const sender = createTwilioSender({
    accountSid: SANDBOX_ACCOUNT_SID,
    username: SANDBOX_ACCOUNT_SID,
    password: SANDBOX_AUTH_TOKEN,
    apiUrl: options.providerUrl ?? sandbox.url,
  });
  const limits = { ...NO_LIMITS, ...options.limits };
  const tenant: Tenant = {
    id: DEFAULT_TENANT,
    policy,
    cooldownSeconds: options.cooldownSeconds ?? DEFAULT_COOLDOWN_SECONDS,
    numberRules: options.numberRules ?? ANY_NUMBER,
    limits,
  };
  const messaging = new Map<string, TenantMessaging>([
    [DEFAULT_TENANT, TEST_MESSAGING],
    ...tenants.map(({ tenant: { id }, ...entry }) => [id, { ...entry.messaging, id }] as const),
  ]);
  const { namespace } = client.options;
  const attributeUse = new SearchAttributeUse(() => app.log.warn(missingAttributesWarning(namespace)));
  const verifications = createVerifications({
    client,
    taskQueue,
    keyRing,
    digests,
    attributeUse,
  });
  const metrics = createApiMetrics();
  const app = buildApp({
    verifications,
    tenants: createTenants([
      { tenant, apiKeyHashes: API_KEYS.map(hashOf) },
      ...tenants.map(({ apiKey, ...entry }) => ({ ...entry, apiKeyHashes: [hashOf(apiKey)] })),
    ]),
    publicUrl,
    capabilities: createCapabilities(keyRing),
    digests,
    budgets: limits,
    redis: options.redis,
    trustProxy: options.trustProxy ?? false,
    deliveryReports,
    verifySids: createVerifySids(Buffer.alloc(32, 2)),
    metrics,
    durableFunctionsAuth: options.durableFunctionsAuth ?? 'function',
    codecServer: options.codecServer,
    tryItPage: options.tryItPage,
    runIdOf: (id) => parseVerificationId(id)?.runId,
    logger: options.log ? { ...requestLogging, stream: options.log } : false,
  });
  const stopWorkers: (() => Promise<void>)[] = [];

  const service: Service = {
    app,
    client,
    sandbox,
    metrics,
    verifications: forTenant(verifications),
    startRequest: (phoneNumber, idempotencyKey, caller) =>
      startRequest(phoneNumber, idempotencyKey, caller, tenant),
    taskQueue,

    async startWorker(version, only) {
      const worker = await Worker.create({
        connection: nativeConnection,
        namespace: client.options.namespace,
        taskQueue,
        dataConverter,
        ...(only !== 'activities' && {
          workflowBundle: { codePath: requiredEnv('TEST_WORKFLOW_BUNDLE') },
        }),
        ...(only !== 'workflows' && {
          activities: createActivities({
            keyRing,
            senders: { sms: sender },
            tenantMessaging: (id) => messaging.get(id),
            reportUrl: (run, message) => deliveryReports.urlFor(formatVerificationId(run), message),
          }),
        }),
        sinks: workflowMetricSinks(Runtime.instance().metricMeter),
        ...versioningOptions(version),
        stickyQueueScheduleToStartTimeout: '1s',
        maxHeartbeatThrottleInterval: '1s',
      });
      const running = worker.run();
      stopWorkers.push(async () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await running;
      });
    },
    async stopWorker() {
      await Promise.all(stopWorkers.splice(0).map((stop) => stop()));
    },

    async startAndReceive() {
      const phoneNumber = uniquePhoneNumber();
      const { verification } = await verifications.start(service.startRequest(phoneNumber));
      const code = await receivedCode(sandbox, phoneNumber);
      return { id: verification.id, phoneNumber, code, wrongCode: wrongCodeFor(code) };
    },

    async stop() {
      await app.close();
      await verifications.idle();
      await service.stopWorker();
      await sandbox.close();
    },
  };
  if (deliveryReports.enabled) await app.listen({ host: '127.0.0.1', port });
  if (withWorker) await service.startWorker();
  return service;
}

let isQuiet = false;

/** Turns off the SDK's log, which would hide Jest's output. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
    shutdownSignals: [],
  });
}

/** A start request. By default, with the default rules. */
export function startRequest(
  phoneNumber: string,
  idempotencyKey?: string,
  caller = 'alice',
  tenant: StartRequest['tenant'] = {
    id: DEFAULT_TENANT,
    policy: DEFAULT_POLICY,
    cooldownSeconds: DEFAULT_COOLDOWN_SECONDS,
  },
) {
  return {
    tenant,
    phoneNumber,
    maskedPhoneNumber: '+1 425 ••• ••23',
    country: 'US',
    testCode: undefined,
    clientIp: undefined,
    caller,
    idempotencyKey,
    countRequest: async () => {},
    reserveMessage: async () => ({ cancel: async () => {} }),
  };
}

const NUMBERS = 8_000_000;
/** It has no common factor with NUMBERS, so that no number is repeated. The next number is in another block. */
const STEP = 999_983;
let drawn = randomInt(NUMBERS);

/** A number that this test file has not used. */
export function uniquePhoneNumber(): string {
  drawn = (drawn + STEP) % NUMBERS;
  return `+1425${2_000_000 + drawn}`;
}

/** The number `steps` places further in the same block of 10,000. */
export function sameBlockNumber(phoneNumber: string, steps: number): string {
  const last = (Number(phoneNumber.slice(-4)) + steps) % 10_000;
  return `${phoneNumber.slice(0, -4)}${String(last).padStart(4, '0')}`;
}

/** Waits until the message is accepted and the window is open. */
export async function untilPending({ verifications }: Pick<Service, 'verifications'>, id: string) {
  await eventually(async () => (await verifications.get(id)).status === 'pending');
}

/** A second gateway, as in another API process. */
export function anotherGateway(
  { client, taskQueue }: Pick<Service, 'taskQueue'> & { readonly client: Client },
  tenantId?: string,
): TenantVerifications {
  const attributeUse = new SearchAttributeUse(() => {});
  const dependencies = { client, taskQueue, keyRing: testKeyRing, digests: testDigests, attributeUse };
  return forTenant(createVerifications(dependencies), tenantId);
}

/** Waits for a message to a number and returns the code in the newest one. */
export async function receivedCode(sandbox: SmsSandbox, phoneNumber: string): Promise<string> {
  return eventually(() => findReceivedCode(sandbox, phoneNumber));
}

/** The whole history as JSON, with decoded payloads, as everyone with access to the namespace can read it. */
export async function readableHistory(client: Client, workflowId: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const readable: unknown = JSON.parse(JSON.stringify(history), (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
  return JSON.stringify(readable);
}
