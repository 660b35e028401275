import type { Client } from '@temporalio/client';
import { freePort, LOOPBACK } from '../harness/ports';
import { until } from '../harness/processes/until';
import { startSmsSandbox } from '../sandbox';
import { loadConfig } from '../src/config/config';
import { createTemporalClient } from '../src/temporal/client';
import { builtFiles } from './build';
import { randomToken, serviceVariables } from './environment';
import { createFloorSide } from './floor-side';
import { startProcess, type Variables } from './processes';
import { createServiceSide } from './service-side';
import type { BySide, Side } from './side';

const READY_LIMIT_MS = 60_000;

/** Everything that takes part: the API, two workers, each a process, and what drives them, in this one. */
export interface Stage {
  sides: BySide<Side>;
  client: Client;
  /** Rejects when one of the processes ends by itself. */
  died: Promise<never>;
}

/** Registers how to end each thing as soon as it is started, so that also half a stage can be cleared. */
export async function setStage(
  directory: string,
  temporal: Variables,
  onEnd: (end: () => Promise<unknown>) => void,
): Promise<Stage> {
  const files = builtFiles(directory);
  const token = randomToken();
  const queues = { service: `bench-service-${token}`, floor: `bench-floor-${token}` };
  const account = { accountSid: `AC${token}`, authToken: randomToken() };
  const sandbox = await startSmsSandbox({ port: 0, ...account });
  onEnd(() => sandbox.close());

  const port = await freePort();
  const apiKey = randomToken();
  const taskQueue = queues.service;
  const env = serviceVariables({ temporal, port, taskQueue, apiKey, smsUrl: sandbox.url, account });
  const client = createTemporalClient(loadConfig(env).temporal);
  onEnd(() => client.connection.close());
  const apiUrl = `http://${LOOPBACK}:${port}`;
  const service = createServiceSide({ apiUrl, apiKey, sandbox });
  onEnd(() => service.close());
  const floor = createFloorSide(client, queues.floor);

  const processes = [
    startProcess({ name: 'api', args: [files.server], env, directory }),
    startProcess({ name: 'worker', args: [files.worker], env, directory }),
    startProcess({
      name: 'floor-worker',
      args: [files.floorWorker, queues.floor, files.floorBundle],
      env: { ...temporal, NODE_ENV: 'production' },
      directory,
      onLine: floor.announced,
    }),
  ];
  for (const process of processes) onEnd(() => process.stop());
  const died = Promise.race(processes.map((process) => process.died));
  const gaveUp = new AbortController();
  died.catch((error: unknown) => gaveUp.abort(error));

  const limits = { limitMs: READY_LIMIT_MS, signal: gaveUp.signal };
  await Promise.all([
    until(async () => (await fetch(`${apiUrl}/readyz`)).ok, { what: 'The API', ...limits }),
    until(() => isPolled(client, queues.service), { what: "The service's worker", ...limits }),
    until(() => isPolled(client, queues.floor), { what: "The floor's worker", ...limits }),
  ]);
  return { sides: { service: service.side, floor: floor.side }, client, died };
}

/** Nobody else knows the queue: who polls it is the worker that was started for it. */
async function isPolled(client: Client, taskQueue: string): Promise<boolean> {
  const { namespace } = client.options;
  const request = { namespace, taskQueue: { name: taskQueue } };
  const { pollers } = await client.workflowService.describeTaskQueue(request);
  return pollers.length > 0;
}
