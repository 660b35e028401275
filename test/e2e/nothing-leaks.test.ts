import { randomBytes } from 'node:crypto';
import { freePort } from '../../harness/ports';
import { createKeyRing } from '../../src/crypto/key-ring';
import { ServicePayloadCodec } from '../../src/temporal/payload-codec';
import { badInput } from '../support/bad-input';
import * as mixedDay from '../support/mixed-day';
import { Secrets } from '../support/secrets';
import {
  startObservedService,
  type ObservedService,
  type ObservedServiceOptions,
} from '../support/observed-service';
import { RecordingCaller, WRONG_CODE } from '../support/recording-caller';

const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: randomBytes(16).toString('hex') };
const API_KEYS = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')] as const;
const CODEC_SERVER_TOKEN = randomBytes(24).toString('base64url');
const PHONE_DIGEST_KEY = randomBytes(32);
const secretKeys = [
  { id: 'first', bytes: randomBytes(32) },
  { id: 'second', bytes: randomBytes(32) },
];
const keyRing = createKeyRing(secretKeys);

const env = {
  // Eight digits are not part of other numbers by chance.
  CODE_LENGTH: '8',
  COOLDOWN_SECONDS: '60',
  RESEND_INTERVAL_SECONDS: '0',
  MAX_RESENDS: '1',
  API_KEYS: API_KEYS.join(','),
  SECRET_KEYS: secretKeys.map(({ id, bytes }) => `${id}:${bytes.toString('base64')}`).join(','),
  PHONE_DIGEST_KEY: PHONE_DIGEST_KEY.toString('base64'),
  CODEC_SERVER_TOKEN,
  TWILIO_AUTH_TOKEN: account.authToken,
};

const MASKED = /^"Verify \+1 \d{3} ••• ••\d\d"$/;

let observed: ObservedService;

afterEach(() => observed.stop());

async function start(encryption: 'on' | 'off', options: Partial<ObservedServiceOptions>) {
  observed = await startObservedService({
    env: { ...env, PAYLOAD_ENCRYPTION: encryption },
    account,
    ...options,
  });
  return observed;
}

/** The secrets of the configuration, and the keys that are derived from them. */
function configuredSecrets(): Secrets {
  const secrets = new Secrets();
  for (const apiKey of API_KEYS) secrets.add('API key', apiKey);
  secrets.add('Twilio token', account.authToken);
  secrets.addBytes('Twilio credentials', Buffer.from(`${account.accountSid}:${account.authToken}`));
  secrets.add('codec server token', CODEC_SERVER_TOKEN);
  secrets.addBytes('PHONE_DIGEST_KEY', PHONE_DIGEST_KEY);
  for (const { bytes } of secretKeys) secrets.addBytes('SECRET_KEYS', bytes);
  for (const { code, tag, capability, payload } of keyRing.all) {
    for (const derived of [code, tag, capability, payload]) secrets.addBytes('derived key', derived);
  }
  secrets.add('wrong code', WRONG_CODE);
  return secrets;
}

async function scrape(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

test('nothing that Temporal, API and workers write contains a number, a code or a key', async () => {
  const { sandbox, processes } = await start('on', {
    codec: new ServicePayloadCodec(keyRing, { encrypted: true }),
  });
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const [{ host }, { host: quickHost }] = await Promise.all([
    processes.startApi({ METRICS_PORT: `${ports[2]}` }),
    processes.startApi({ WINDOW_SECONDS: '5' }),
  ]);
  // The URL for delivery reports.
  const PUBLIC_URL = `http://${host}`;
  const worker = await processes.startWorker({ PUBLIC_URL, WORKER_METRICS_PORT: `${ports[0]}` });
  const caller = new RecordingCaller({ host, sandbox, apiKeys: API_KEYS }, configuredSecrets());

  await Promise.all([
    mixedDay.verified(caller),
    mixedDay.guessed(caller),
    mixedDay.expired(caller, quickHost),
    mixedDay.resentAndCanceled(caller),
    mixedDay.undeliverable(caller),
    mixedDay.durableFunctions(caller),
    badInput(caller),
  ]);
  const metrics = [await scrape(ports[0])];
  await mixedDay.interrupted(caller, worker, async () => {
    await processes.startWorker({ PUBLIC_URL, WORKER_METRICS_PORT: `${ports[1]}` });
  });
  metrics.push(await scrape(ports[1]), await scrape(ports[2]));
  for (const text of metrics) expect(text).toContain('phone_verification');

  const summaries = await observed.summaries();
  const writtenData: Record<string, Buffer | string> = {
    ...(await observed.writtenData()),
    metrics: metrics.join('\n'),
    summaries: summaries.join('\n'),
  };
  // The list contains the search attributes.
  expect(writtenData["Temporal's list of runs"]).toContain('VerificationStatus');
  expect(Object.keys(writtenData)).toEqual(expect.arrayContaining(['temporal.db', 'temporal.db-wal']));
  expect(summaries.filter((summary) => MASKED.test(summary)).length).toBeGreaterThan(10);
  expect(Object.entries(writtenData).filter(([, content]) => content.length === 0)).toEqual([]);
  const found = Object.entries(writtenData).flatMap(([where, content]) =>
    caller.secrets.foundIn(content).map((name) => `${name} in ${where}`),
  );
  expect(found).toEqual([]);
});

test('without encryption, the same search finds the number in the database, but not in the summary', async () => {
  const { sandbox, processes } = await start('off', {});
  const [{ host }] = await Promise.all([processes.startApi(), processes.startWorker()]);
  const caller = new RecordingCaller({ host, sandbox, apiKeys: API_KEYS }, configuredSecrets());
  const { phoneNumber } = await caller.startPending();

  const {
    'temporal.db': database = '',
    'temporal.db-wal': log = '',
    ...others
  } = await observed.writtenData();
  const found = [database, log].flatMap((content) => caller.secrets.foundIn(content));
  expect(found).toEqual(expect.arrayContaining(['number', 'national digits']));
  expect(found).not.toContain('code');
  expect(caller.secrets.foundIn(others["Temporal's list of runs"] ?? '')).toContain('number');
  expect(caller.secrets.foundIn(others["API's and workers' output"] ?? '')).toEqual([]);
  const [summary] = await observed.summaries();
  expect(summary).toBe(`"Verify +1 ${phoneNumber.slice(2, 5)} ••• ••${phoneNumber.slice(-2)}"`);
});
