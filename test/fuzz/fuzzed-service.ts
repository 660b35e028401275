import { randomBytes } from 'node:crypto';
import { VERIFY_PREFIX } from '../../src/api/verify/error-answer';
import { createDigests } from '../../src/crypto/digest';
import { createDataConverter } from '../../src/temporal/data-converter';
import { createPayloadReader } from '../../src/temporal/payload-reader';
import { connectDevServer } from '../support/dev-server';
import { ANY_NUMBER, API_KEYS, startService, testKeyRing, uniquePhoneNumber } from '../support/service';
import { clientOf, verifyTenant } from '../support/verify-service';
import type { Surface } from './surface';

export const CODEC_TOKEN = 'operators-only-0123456789';
export const [API_KEY] = API_KEYS;
const ATTEMPTS = 10;
/** The Verify service of a tenant with stricter rules. It has the same credentials as SERVICE_SID. */
export const BRANCH_SID = `VA${'d'.repeat(32)}`;

/** Other tests have the tenant `shop`, with other keys, in the same namespace. */
const tenants = [
  verifyTenant('fuzz-shop', { policy: { maxAttempts: 2, maxResends: 10 } }),
  verifyTenant('fuzz-branch', {
    verify: { serviceSid: BRANCH_SID, customCodeEnabled: false, fetchEnded: true },
    rules: { numberRules: { ...ANY_NUMBER, allowedCountries: ['US'] } },
  }),
];

/** The service in this process, with encrypted payloads. It counts its answers to the fuzzer. */
export interface FuzzedService {
  readonly url: string;
  /** The number of answers to the fuzzer by status, for each surface. */
  readonly answers: Readonly<Record<Surface['name'], ReadonlyMap<number, number>>>;
  /** Starts verifications, waits for their messages, and returns their ids. */
  startVerifications(count: number): Promise<string[]>;
  readonly newPhoneNumbers: (count: number) => string[];
  /** Twilio's client, with the credentials of both Verify services. */
  readonly twilio: ReturnType<typeof clientOf>['client'];
  stop(): Promise<void>;
}

export async function startFuzzedService(): Promise<FuzzedService> {
  const dataConverter = createDataConverter(testKeyRing, true);
  const server = await connectDevServer({ dataConverter });
  const service = await startService({
    ...server,
    dataConverter,
    // The fuzzer uses the numbers of the examples. Other tests may have used them without encryption.
    digests: createDigests(randomBytes(32)),
    policy: { windowMs: 600_000, maxAttempts: ATTEMPTS, resendIntervalMs: 0, maxResends: 10 },
    cooldownSeconds: [0],
    tenants,
    withStatusCallback: true,
    codecServer: {
      token: CODEC_TOKEN,
      origin: 'https://temporal.example.com',
      decode: createPayloadReader(testKeyRing),
    },
  });
  const answers = { own: new Map<number, number>(), verify: new Map<number, number>() };
  service.app.server.on('request', ({ headers, url }, response) => {
    // The sandbox sends status callbacks to the same server.
    if (!headers['user-agent']?.startsWith('schemathesis')) return;
    const counts = url?.startsWith(`${VERIFY_PREFIX}/`) ? answers.verify : answers.own;
    response.on('finish', () => counts.set(response.statusCode, (counts.get(response.statusCode) ?? 0) + 1));
  });
  return {
    url: service.app.listeningOrigin,
    answers,
    async startVerifications(count) {
      const ids: string[] = [];
      // One after the other: many at once do not start in time on a busy machine.
      while (ids.length < count) ids.push((await service.startAndReceive()).id);
      return ids;
    },
    twilio: clientOf(service).client,
    newPhoneNumbers: (count) => Array.from({ length: count }, uniquePhoneNumber),
    async stop() {
      await service.stop();
      await server.close();
    },
  };
}
