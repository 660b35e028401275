import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';
import { freePort, LOOPBACK, urlOf } from '../harness/ports';
import { sourceCommand } from '../harness/service/process-specs';
import type { Variables } from '../harness/service/service-environment';
import { ServiceSetup } from '../harness/service/service-setup';
import { createSecrets } from '../scripts/create-secrets';
import type { BuiltFiles } from './build';
import type { OnEnd } from './cleanup';
import type { Processes } from './processes';
import type { SandboxLine } from './sandbox-process';
import { createServiceSide, type ServiceSide } from './service-side';

/**
 * Limits that no load reaches. They are not switched off, so that they cost what they cost in production. All other
 * settings have the service's defaults.
 */
const HIGH_LIMITS = {
  CALLER_LIMIT: '1000000/1m',
  COUNTRY_BUDGET: '1000000/1h',
  PREFIX_BUDGET: '1000000/1h',
};

export interface ServiceOptions {
  readonly built: Pick<BuiltFiles, 'scripts'>;
  /** For a certificate. */
  readonly directory: string;
  /** How the processes connect to Temporal. */
  readonly temporal: Variables;
  /** The number of API processes. The load generator uses them in turn. */
  readonly apis: number;
  readonly workers: number;
  /** Whether the worker uses TLS for its calls to the SMS sandbox. */
  readonly tls: boolean;
  /** Other settings of the service. */
  readonly env?: Variables;
  /** On these ports of the loopback address, Node's inspector can be reached in the API and the worker. */
  readonly inspectPorts?: { readonly api: number; readonly worker: number };
}

export interface StartedService {
  readonly side: ServiceSide;
  readonly setup: ServiceSetup;
}

/** Starts the SMS sandbox, the APIs and the workers, each as a process, and waits until they are ready. */
export async function startService(
  { built, directory, temporal, apis, workers, tls, env, inspectPorts }: ServiceOptions,
  processes: Processes,
  onEnd: OnEnd,
): Promise<StartedService> {
  const account = { accountSid: `AC${randomToken()}`, authToken: randomToken() };
  const tlsFiles = tls ? await makeCertificate(directory) : undefined;
  let sandboxUrl: string | undefined;
  let onMessage: ServiceSide['onMessage'] = () => {};
  const onLine = (text: string) => {
    const line = JSON.parse(text) as SandboxLine;
    if (line.kind === 'listening') sandboxUrl = line.url;
    else onMessage(line);
  };
  const sandbox = sourceCommand('bench/sandbox-process.ts', { NODE_ENV: 'production' });
  const sandboxArgs = [
    account.accountSid,
    account.authToken,
    ...(tlsFiles ? [tlsFiles.key, tlsFiles.cert] : []),
  ];
  processes.start({ ...sandbox, args: [...sandbox.args, ...sandboxArgs], name: 'sandbox', onLine });
  const smsUrl = await processes.until(() => sandboxUrl, 'the SMS sandbox');

  const apiKey = randomToken();
  const ports = await Promise.all(Array.from({ length: apis }, () => freePort()));
  const setup = new ServiceSetup({
    scripts: built.scripts,
    env: {
      ...temporal,
      ...createSecrets('bench'),
      ...HIGH_LIMITS,
      NODE_ENV: 'production',
      HOST: LOOPBACK,
      // The first API gets the delivery reports.
      PUBLIC_URL: urlOf(LOOPBACK, ports[0] ?? 0),
      API_KEYS: apiKey,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_URL: smsUrl,
      ...(tlsFiles && { NODE_EXTRA_CA_CERTS: tlsFiles.cert }),
      ...env,
    },
  });
  onEnd(() => setup.close());
  const apiSpecs = await Promise.all(
    ports.map(async (port) =>
      setup.apiSpec({
        PORT: `${port}`,
        METRICS_PORT: `${await freePort()}`,
        ...inspected(inspectPorts?.api),
      }),
    ),
  );
  const workerSpecs = await Promise.all(
    Array.from({ length: workers }, async () =>
      setup.workerSpec({
        WORKER_METRICS_PORT: `${await freePort()}`,
        ...inspected(inspectPorts?.worker),
      }),
    ),
  );
  const side = createServiceSide({ apiUrls: apiSpecs.map(({ url }) => url), apiKey });
  onMessage = (message) => side.onMessage(message);
  onEnd(() => side.close());
  await processes.startReady(...apiSpecs, ...workerSpecs);
  return { side, setup };
}

/** A key and a certificate for the loopback address, in files. */
async function makeCertificate(directory: string): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: LOOPBACK }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: LOOPBACK }] }],
  });
  const files = { key: path.join(directory, 'sandbox.key'), cert: path.join(directory, 'sandbox.pem') };
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.cert, cert);
  return files;
}

function inspected(port: number | undefined): Variables {
  return port === undefined ? {} : { NODE_OPTIONS: `--inspect=${LOOPBACK}:${port}` };
}

function randomToken(): string {
  return randomBytes(16).toString('hex');
}
