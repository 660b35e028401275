import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { generate } from 'selfsigned';
import { freePort, LOOPBACK } from '../harness/ports';
import { sourceCommand, workerSpec } from '../harness/service/process-specs';
import type { Variables } from '../harness/service/service-environment';
import { ServiceSetup } from '../harness/service/service-setup';
import { waitUntil } from '../harness/wait-until';
import { createSecrets } from '../scripts/create-secrets';
import type { BuiltFiles } from './build';
import { createFloorSide } from './floor-side';
import { type MeasuredProcess, startMeasured } from './measured-process';
import type { BenchSettings } from './options';
import type { SandboxLine } from './sandbox-process';
import { createServiceSide } from './service-side';
import type { BySide, Side } from './side';

const READY_LIMIT_MS = 60_000;

/**
 * Limits that no load reaches. They are not switched off, so that they cost what they cost in production. All other
 * settings have the service's defaults.
 */
const HIGH_LIMITS = {
  CALLER_LIMIT: '1000000/1m',
  COUNTRY_BUDGET: '1000000/1h',
  PREFIX_BUDGET: '1000000/1h',
};

export interface StartedSides {
  sides: BySide<Side>;
  client: Client;
  /** The process ids by name. */
  pids: Record<string, number>;
  /** Rejects when one of the processes ends by itself. */
  died: Promise<never>;
}

/**
 * Starts the SMS sandbox, the API and two workers, each as a process, and waits until they are ready. The load
 * generator runs in this process.
 *
 * @param onEnd called right after each start with the function that stops it, so that everything is stopped if a later
 *   start fails
 */
export async function startSides(
  { scripts, floorWorker, floorBundle, directory }: BuiltFiles,
  temporal: Variables,
  settings: Pick<BenchSettings, 'tls'>,
  onEnd: (end: () => Promise<unknown>) => void,
): Promise<StartedSides> {
  const processes = new Map<string, MeasuredProcess>();
  const failure = new AbortController();
  const died = new Promise<never>((_, reject) => {
    failure.signal.addEventListener('abort', () => reject(failure.signal.reason as Error));
  });
  // The caller handles it later, together with the measurement.
  died.catch(() => {});
  const limits = { limitMs: READY_LIMIT_MS, signal: failure.signal };

  function start(options: Parameters<typeof startMeasured>[0]): MeasuredProcess {
    const started = startMeasured(options);
    onEnd(() => started.stop());
    started.died.catch((error: unknown) => failure.abort(error));
    processes.set(options.name, started);
    return started;
  }

  const account = { accountSid: `AC${randomToken()}`, authToken: randomToken() };
  const tlsFiles = settings.tls ? await makeCertificate(directory) : undefined;
  let sandboxUrl: string | undefined;
  const onLine = (text: string) => {
    const line = JSON.parse(text) as SandboxLine;
    if (line.kind === 'listening') sandboxUrl = line.url;
    else service.onMessage(line);
  };
  const sandboxArgs = [
    account.accountSid,
    account.authToken,
    ...(tlsFiles ? [tlsFiles.key, tlsFiles.cert] : []),
  ];
  const sandbox = sourceCommand('bench/sandbox-process.ts', { NODE_ENV: 'production' });
  start({ ...sandbox, args: [...sandbox.args, ...sandboxArgs], name: 'sandbox', directory, onLine });
  const smsUrl = await waitUntil(() => sandboxUrl, { what: 'the SMS sandbox', ...limits });

  const apiKey = randomToken();
  const setup = new ServiceSetup({
    scripts,
    env: {
      ...temporal,
      ...createSecrets('bench'),
      ...HIGH_LIMITS,
      NODE_ENV: 'production',
      HOST: LOOPBACK,
      PORT: `${await freePort()}`,
      METRICS_PORT: `${await freePort()}`,
      WORKER_METRICS_PORT: `${await freePort()}`,
      API_KEYS: apiKey,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_URL: smsUrl,
      ...(tlsFiles && { NODE_EXTRA_CA_CERTS: tlsFiles.cert }),
    },
  });
  onEnd(() => setup.close());
  const { client } = setup;
  const api = await setup.apiSpec();
  const service = createServiceSide({ apiUrl: api.url, apiKey });
  onEnd(() => service.close());
  const floorQueue = `bench-floor-${randomToken()}`;
  const floor = createFloorSide(client, floorQueue);
  const floorCommand = {
    command: process.execPath,
    args: [floorWorker, floorQueue, floorBundle],
    env: { ...temporal, NODE_ENV: 'production' },
  };

  const specs = [
    { ...api, directory },
    { ...setup.workerSpec(), directory },
    { ...workerSpec('floor-worker', floorCommand, client, floorQueue), directory, onLine: floor.onAnnounced },
  ];
  await Promise.all(
    specs
      .map((spec) => ({ ...spec, pid: start(spec).pid }))
      .map(({ name, isReady, pid }) =>
        waitUntil(() => isReady(pid), { what: `${name} to be ready`, ...limits }),
      ),
  );
  const pids = Object.fromEntries([...processes].map(([name, { pid }]) => [name, pid]));
  return { sides: { service: service.side, floor: floor.side }, client, pids, died };
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

function randomToken(): string {
  return randomBytes(16).toString('hex');
}
