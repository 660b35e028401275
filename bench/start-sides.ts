import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { freePort, LOOPBACK } from '../harness/ports';
import { workerSpec } from '../harness/service/process-specs';
import { NO_LIMITS, type Variables } from '../harness/service/service-environment';
import { ServiceSetup } from '../harness/service/service-setup';
import { waitUntil } from '../harness/wait-until';
import { createSecrets } from '../scripts/create-secrets';
import { startSmsSandbox } from '../sandbox';
import type { BuiltFiles } from './build';
import { createFloorSide } from './floor-side';
import { startMeasured } from './measured-process';
import { createServiceSide } from './service-side';
import type { BySide, Side } from './side';

const READY_LIMIT_MS = 60_000;

export interface StartedSides {
  sides: BySide<Side>;
  client: Client;
  /** Rejects when one of the processes ends by itself. */
  died: Promise<never>;
}

/**
 * Starts the API and two workers, each as a process, and waits until they are ready. The SMS sandbox and the load
 * generator run in this process.
 *
 * @param onEnd called right after each start with the function that stops it, so that everything is stopped if a later
 *   start fails
 */
export async function startSides(
  { scripts, floorWorker, floorBundle, directory }: BuiltFiles,
  temporal: Variables,
  onEnd: (end: () => Promise<unknown>) => void,
): Promise<StartedSides> {
  const account = { accountSid: `AC${randomToken()}`, authToken: randomToken() };
  const sandbox = await startSmsSandbox({ port: 0, ...account });
  onEnd(() => sandbox.close());

  const apiKey = randomToken();
  const setup = new ServiceSetup({
    scripts,
    // The limits would slow the load down. All other settings have the service's defaults.
    env: {
      ...temporal,
      ...createSecrets('bench'),
      ...NO_LIMITS,
      NODE_ENV: 'production',
      HOST: LOOPBACK,
      PORT: `${await freePort()}`,
      API_KEYS: apiKey,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_URL: sandbox.url,
    },
  });
  onEnd(() => setup.close());
  const { client } = setup;
  const api = await setup.apiSpec();
  const service = createServiceSide({ apiUrl: api.url, apiKey, sandbox });
  onEnd(() => service.close());
  const floorQueue = `bench-floor-${randomToken()}`;
  const floor = createFloorSide(client, floorQueue);
  const floorCommand = {
    command: process.execPath,
    args: [floorWorker, floorQueue, floorBundle],
    env: { ...temporal, NODE_ENV: 'production' },
  };

  const started = [
    { ...api, directory },
    { ...setup.workerSpec(), directory },
    {
      ...workerSpec('floor-worker', floorCommand, client, floorQueue),
      directory,
      onLine: floor.onAnnounced,
    },
  ].map((spec) => ({ ...spec, process: startMeasured(spec) }));
  for (const { process: measured } of started) onEnd(() => measured.stop());
  const died = Promise.race(started.map(({ process: measured }) => measured.died));
  const failure = new AbortController();
  died.catch((error: unknown) => failure.abort(error));

  const limits = { limitMs: READY_LIMIT_MS, signal: failure.signal };
  await Promise.all(
    started.map(({ name, isReady, process: { pid } }) =>
      waitUntil(() => isReady(pid), { what: `${name} to be ready`, ...limits }),
    ),
  );
  return { sides: { service: service.side, floor: floor.side }, client, died };
}

function randomToken(): string {
  return randomBytes(16).toString('hex');
}
