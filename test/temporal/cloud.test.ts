import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { apiConfig } from '../../src/config/api-config';
import { workerConfig } from '../../src/config/worker-config';
import { createTemporalClient } from '../../src/temporal/client';
import { COMPLETE, processes, refusalOf } from '../config/environments';
import { quietRuntime } from '../support/service';
import { createKeyPair, startTlsTemporal, type KeyPair, type TlsTemporal } from '../support/tls-temporal';

// How API and worker connect to Temporal Cloud, or to any Temporal with TLS.

const NAMESPACE = 'verify.a1b2c';
const ADDRESS = `${NAMESPACE}.tmprl.cloud:7233`;
const SERVER_NAME = `${NAMESPACE}.tmprl.cloud`;
const API_KEY = 'a-key-of-temporal-cloud';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

let directory: string;
let authority: KeyPair;
let clientPair: KeyPair;
let server: KeyPair;
let files: Record<'cert' | 'key' | 'ca', string>;

beforeAll(async () => {
  quietRuntime();
  directory = await mkdtemp(path.join(tmpdir(), 'temporal-cloud-'));
  authority = await createKeyPair('authority');
  [clientPair, server] = await Promise.all([
    createKeyPair('phone-verification', authority),
    createKeyPair(SERVER_NAME, authority),
  ]);
  files = {
    cert: await write('client.pem', clientPair.cert),
    key: await write('client.key', clientPair.key),
    ca: await write('ca.pem', authority.cert),
  };
});

afterAll(() => rm(directory, { recursive: true }));

async function write(name: string, content: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, content);
  return file;
}

const withTls = (tls: object) => ({
  tls: {
    serverNameOverride: undefined,
    serverRootCACertificate: undefined,
    clientCertPair: undefined,
    ...tls,
  },
});

describe.each(processes)('the configuration of $process', ({ read }) => {
  const temporalOf = (env: NodeJS.ProcessEnv) =>
    (read({ ...COMPLETE, ...env }) as { temporal: object }).temporal;
  const cloud = { TEMPORAL_ADDRESS: ADDRESS, TEMPORAL_NAMESPACE: NAMESPACE };

  test('an API key switches TLS on', () => {
    expect(temporalOf({ ...cloud, TEMPORAL_API_KEY: API_KEY })).toEqual({
      namespace: NAMESPACE,
      connection: { address: ADDRESS, apiKey: API_KEY, tls: true },
    });
  });

  test('spaces and line breaks around a value do not count', () => {
    const withSpaces = { TEMPORAL_ADDRESS: ` ${ADDRESS}`, TEMPORAL_NAMESPACE: `${NAMESPACE} ` };

    expect(temporalOf({ ...withSpaces, TEMPORAL_API_KEY: `${API_KEY}\n` })).toEqual({
      namespace: NAMESPACE,
      connection: { address: ADDRESS, apiKey: API_KEY, tls: true },
    });
  });

  test.each(['a key', 'a\nkey', 'schlüssel'])(
    'the API key %j, which no header can have, is refused',
    (key) => {
      const refusal = refusalOf(read, { ...COMPLETE, ...cloud, TEMPORAL_API_KEY: key });

      expect(refusal).toContain("TEMPORAL_API_KEY (or the profile's api_key) has a space");
      expect(refusal).not.toContain(key);
    },
  );

  test('a client certificate comes from files or from variables', () => {
    const clientCertPair = { crt: bytes(clientPair.cert), key: bytes(clientPair.key) };
    const wanted = { namespace: NAMESPACE, connection: { address: ADDRESS, ...withTls({ clientCertPair }) } };

    expect(
      temporalOf({
        ...cloud,
        TEMPORAL_TLS_CLIENT_CERT_PATH: files.cert,
        TEMPORAL_TLS_CLIENT_KEY_PATH: files.key,
      }),
    ).toEqual(wanted);
    expect(
      temporalOf({
        ...cloud,
        TEMPORAL_TLS_CLIENT_CERT_DATA: clientPair.cert,
        TEMPORAL_TLS_CLIENT_KEY_DATA: clientPair.key,
      }),
    ).toEqual(wanted);
  });

  test('a profile has the same settings, and variables take precedence', async () => {
    const file = await write(
      'temporal.toml',
      [
        `[profile.default]\naddress = "${ADDRESS}"\nnamespace = "${NAMESPACE}"\napi_key = "${API_KEY}"`,
        `[profile.mtls]\naddress = "${ADDRESS}"\nnamespace = "${NAMESPACE}"`,
        `[profile.mtls.tls]\nclient_cert_path = "${files.cert}"\nclient_key_path = "${files.key}"`,
      ].join('\n'),
    );

    expect(temporalOf({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_NAMESPACE: 'other.a1b2c' })).toEqual({
      namespace: 'other.a1b2c',
      connection: { address: ADDRESS, apiKey: API_KEY, tls: true },
    });
    expect(temporalOf({ TEMPORAL_CONFIG_FILE: `${file}\n` })).toMatchObject({ namespace: NAMESPACE });
    expect(temporalOf({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'mtls' })).toEqual({
      namespace: NAMESPACE,
      connection: {
        address: ADDRESS,
        ...withTls({ clientCertPair: { crt: bytes(clientPair.cert), key: bytes(clientPair.key) } }),
      },
    });
  });

  test('a default file that is not valid is named, also if no variable is set', async () => {
    await mkdir(path.join(directory, 'temporalio'), { recursive: true });
    await write('temporalio/temporal.toml', 'not TOML');
    const env = { ...COMPLETE, XDG_CONFIG_HOME: directory };

    const fault = 'temporalio/temporal.toml in the configuration folder of the user (the default)';
    expect(refusalOf(read, env)).toContain(`TEMPORAL_CONFIG_FILE: ${fault}`);
    expect(refusalOf(read, { ...env, ...cloud })).toContain(`has an invalid value. Or ${fault}`);
  });

  test('a client certificate needs its key, and the other way round', async () => {
    const fault =
      'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH ' +
      "(or …_DATA, or the profile's client_cert_path and client_key_path) must both be set";
    const file = await write('half.toml', `[profile.default.tls]\nclient_cert_path = "${files.cert}"`);

    for (const half of [
      { TEMPORAL_TLS_CLIENT_CERT_PATH: files.cert },
      { TEMPORAL_TLS_CLIENT_KEY_DATA: clientPair.key },
      { TEMPORAL_CONFIG_FILE: file },
    ])
      expect(refusalOf(read, { ...COMPLETE, ...half })).toContain(fault);
  });

  test('a certificate or key that TLS can not use is refused, and not shown', () => {
    const other = { TEMPORAL_TLS_CLIENT_CERT_DATA: clientPair.cert, TEMPORAL_TLS_CLIENT_KEY_DATA: 'no PEM' };
    for (const wrong of [other, { ...other, TEMPORAL_TLS_CLIENT_CERT_DATA: 'no PEM either' }]) {
      const message = refusalOf(read, { ...COMPLETE, ...wrong });
      expect(message).toContain('TEMPORAL_TLS_CLIENT…: the certificate or its key is not');
      expect(message).not.toContain('no PEM');
    }
  });

  test('an authority that is no certificate is refused, and not shown', () => {
    const message = refusalOf(read, { ...COMPLETE, TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'no PEM' });
    expect(message).toContain('TEMPORAL_TLS_SERVER_CA_CERT_PATH (or');
    expect(message).not.toContain('no PEM');
  });

  test('an invalid combination is refused without the key', () => {
    const twice = { TEMPORAL_TLS_CLIENT_KEY_PATH: files.key, TEMPORAL_TLS_CLIENT_KEY_DATA: clientPair.key };
    const message = refusalOf(read, { ...COMPLETE, ...cloud, ...twice, TEMPORAL_API_KEY: API_KEY });

    expect(message).toContain('TEMPORAL_TLS_CLIENT_KEY_DATA');
    for (const secret of [API_KEY, clientPair.key]) expect(message).not.toContain(secret);
  });
});

/** The errors of gRPC in the API, and of the SDK's core in the worker. */
const REFUSED = /CANCELLED|DEADLINE_EXCEEDED|transport::Error/;

/** What API and worker ask of Temporal first. */
const connections = [
  {
    process: 'API',
    // gRPC tries to connect again and again, until it is stopped.
    describeNamespace: async (env: NodeJS.ProcessEnv, stop: AbortSignal, timeoutMs = 10_000) => {
      const { temporal } = apiConfig({ ...COMPLETE, ...env });
      const client = createTemporalClient(temporal);
      const { workflowService } = client;
      const ask = () => workflowService.describeNamespace({ namespace: temporal.namespace });
      try {
        await client.withAbortSignal(stop, () => client.withDeadline(Date.now() + timeoutMs, ask));
      } finally {
        await client.connection.close();
      }
    },
  },
  {
    process: 'worker',
    describeNamespace: async (env: NodeJS.ProcessEnv) => {
      const { temporal } = workerConfig({ ...COMPLETE, ...env });
      const connection = await NativeConnection.connect(temporal.connection);
      try {
        await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
      } finally {
        await connection.close();
      }
    },
  },
];

describe.each(connections)('the connection of the $process', ({ describeNamespace }) => {
  let temporal: TlsTemporal;
  afterEach(() => temporal?.close());

  const variables = () => ({
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    TEMPORAL_TLS_SERVER_NAME: SERVER_NAME,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: files.ca,
  });
  const lastCall = () => temporal.calls.findLast(({ method }) => method?.endsWith('/DescribeNamespace'));

  test('sends the API key and the namespace, encrypted', async () => {
    temporal = await startTlsTemporal(server);

    await describeNamespace({ ...variables(), TEMPORAL_API_KEY: API_KEY }, temporal.connectionEnds());

    expect(lastCall()).toMatchObject({
      authorization: `Bearer ${API_KEY}`,
      namespace: NAMESPACE,
      serverName: SERVER_NAME,
      client: undefined,
    });
  });

  test('shows its certificate, and is refused without it', async () => {
    temporal = await startTlsTemporal({
      ...server,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const pair = { TEMPORAL_TLS_CLIENT_CERT_PATH: files.cert, TEMPORAL_TLS_CLIENT_KEY_PATH: files.key };

    await describeNamespace({ ...variables(), ...pair }, temporal.connectionEnds());
    expect(lastCall()).toMatchObject({ client: 'phone-verification', namespace: NAMESPACE });

    const answered = temporal.calls.length;
    await expect(describeNamespace(variables(), temporal.connectionEnds())).rejects.toThrow(REFUSED);
    expect(temporal.calls).toHaveLength(answered);
  });

  test('refuses a server whose certificate another authority has signed', async () => {
    temporal = await startTlsTemporal(await createKeyPair(SERVER_NAME, await createKeyPair('another')));
    const env = { ...variables(), TEMPORAL_API_KEY: API_KEY };

    // Between two attempts, gRPC ignores the signal.
    await expect(describeNamespace(env, temporal.connectionEnds(), 1_000)).rejects.toThrow(REFUSED);
    expect(temporal.calls).toEqual([]);
  });
});

test.each(connections)('with an API key alone, the $process uses TLS', async ({ describeNamespace }) => {
  const received: Buffer[] = [];
  const ended = new AbortController();
  const plain = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(data);
      socket.destroy();
      ended.abort();
    });
  });
  await new Promise<void>((resolve) => {
    plain.listen(0, '127.0.0.1', resolve);
  });
  const { port } = plain.address() as AddressInfo;

  const env = { TEMPORAL_ADDRESS: `localhost:${port}`, TEMPORAL_API_KEY: API_KEY };
  await expect(describeNamespace(env, ended.signal)).rejects.toThrow(REFUSED);

  // The first byte of TLS is the type of its record: 22, a handshake.
  expect(received.map(([first]) => first)).toContain(22);
  for (const data of received) expect(data[0]).toBe(22);
  plain.close();
});
