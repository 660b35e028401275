import { randomBytes } from 'node:crypto';
import { createDigests } from '../../src/crypto/digest';
import { createDataConverter } from '../../src/temporal/data-converter';
import { createPayloadReader } from '../../src/temporal/payload-reader';
import { connectDevServer } from '../support/dev-server';
import { API_KEYS, startService, testKeyRing, uniquePhoneNumber } from '../support/service';

export const CODEC_TOKEN = 'operators-only-0123456789';
export const [API_KEY] = API_KEYS;
const ATTEMPTS = 10;

/** The service in this process, with encrypted payloads. It counts its answers to the fuzzer. */
export interface FuzzedService {
  readonly url: string;
  /** The number of answers to the fuzzer, by status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Starts verifications, waits for their messages, and returns their ids. */
  startVerifications(count: number): Promise<string[]>;
  newPhoneNumbers(count: number): string[];
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
    withStatusCallback: true,
    codecServer: {
      token: CODEC_TOKEN,
      origin: 'https://temporal.example.com',
      decode: createPayloadReader(testKeyRing),
    },
  });
  const answers = new Map<number, number>();
  service.app.server.on('request', ({ headers }, response) => {
    // The sandbox sends status callbacks to the same server.
    if (!headers['user-agent']?.startsWith('schemathesis')) return;
    response.on('finish', () =>
      answers.set(response.statusCode, (answers.get(response.statusCode) ?? 0) + 1),
    );
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
    newPhoneNumbers: (count) => Array.from({ length: count }, uniquePhoneNumber),
    async stop() {
      await service.stop();
      await server.close();
    },
  };
}
