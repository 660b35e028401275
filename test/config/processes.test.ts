import { apiConfig } from '../../src/config/api-config';
import { operatorConfig } from '../../src/config/operator-config';
import { environment } from '../../src/config/variables';
import { workerConfig } from '../../src/config/worker-config';
import { createTemporalClient } from '../../src/temporal/client';
import { COMPLETE, refusalOf, processes } from './environments';

const required: Record<string, readonly (keyof typeof COMPLETE)[]> = {
  api: ['SECRET_KEYS', 'PHONE_DIGEST_KEY', 'API_KEYS'],
  worker: ['SECRET_KEYS', 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'],
  operator: ['PHONE_DIGEST_KEY'],
};

/** Sets as much as possible. */
const EVERYTHING = {
  ...COMPLETE,
  PUBLIC_URL: 'https://verify.example.com',
  TRUST_PROXY: 'loopback,10.0.0.0/8',
  TEMPORAL_WORKER_BUILD_ID: 'b1',
  TEMPORAL_TLS: 'true',
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: '-----BEGIN CERTIFICATE-----',
  TEMPORAL_GRPC_META_TEAM: 'verify',
  ALLOWED_COUNTRIES: 'US,CA',
  COUNTRY_BUDGET: '1000/1h,US=5000/1h,DE=off',
  TEST_NUMBERS: '+14255550199=2168@2027-01-31',
  CODEC_SERVER_TOKEN: 'a-token-of-an-operator',
  CODEC_SERVER_ORIGIN: 'https://temporal.example.com',
  METRICS_HOST: '0.0.0.0',
  METRICS_PORT: '9464',
  WORKER_METRICS_PORT: '9465',
};

function requiredBy(process: string): Record<string, string> {
  return Object.fromEntries((required[process] ?? []).map((name) => [name, COMPLETE[name]]));
}

describe.each(processes)('$process', ({ process, read, variables }) => {
  test('needs only its own required variables', () => {
    expect(() => read(requiredBy(process))).not.toThrow();
  });

  test.each(required[process] ?? [])('without %s, the error names only this variable', (name) => {
    const message = refusalOf(read, { ...requiredBy(process), [name]: '' });

    expect(message).toMatch(new RegExp(`^The configuration is not valid:\\n  ${name} is required[^\\n]*$`));
  });

  test('without any variable, the error names exactly its required variables', () => {
    const named = [...refusalOf(read, {}).matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);

    expect(named).toHaveLength(required[process]?.length ?? 0);
    expect(new Set(named)).toEqual(new Set(required[process]));
  });

  test('ignores invalid variables of other processes', () => {
    const foreign = Object.keys(environment.shape).filter((name) => !(name in variables));
    const wrong = Object.fromEntries(foreign.map((name) => [name, ' ']));

    expect(foreign.length).toBeGreaterThan(0);
    expect(() => read({ ...wrong, ...requiredBy(process) })).not.toThrow();
  });

  test('has a deeply frozen configuration', () => {
    const objects = objectsIn(read(EVERYTHING));

    expect(objects.length).toBeGreaterThan(4);
    expect(objects.filter((value) => !Object.isFrozen(value))).toEqual([]);
    // Freezing does not protect maps and sets.
    expect(objects.filter((value) => value instanceof Map || value instanceof Set)).toEqual([]);
  });
});

test('npm run find does not require SECRET_KEYS', () => {
  expect(operatorConfig(requiredBy('operator')).secretKeys).toBeUndefined();
  expect(operatorConfig(COMPLETE).secretKeys?.map(({ id }) => id)).toEqual(['k1']);
});

test('a frozen configuration can be used for a Temporal client, also with custom gRPC headers', async () => {
  const { temporal } = apiConfig(EVERYTHING);
  const withoutTls = { ...temporal, connection: { ...temporal.connection, tls: false } };

  const { connection } = createTemporalClient(withoutTls);

  expect(temporal.connection.metadata).toEqual({ team: 'verify' });
  await connection.close();
});

test('every variable is read by at least one process', () => {
  const unread = Object.keys(environment.shape).filter((name) =>
    processes.every(({ variables }) => !(name in variables)),
  );

  expect(unread).toEqual([]);
});

test('a configuration cannot be changed', () => {
  const { secretKeys, rules } = apiConfig(COMPLETE);
  const { twilio } = workerConfig(COMPLETE);

  for (const value of [secretKeys, secretKeys[0] ?? {}, rules.policy, twilio])
    expect(() => Object.assign(value, { more: 1 })).toThrow(TypeError);
});

/** A value and all objects in it, except byte arrays, which cannot be frozen. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}
