import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { workerSpec } from '../harness/service/process-specs';
import type { Variables } from '../harness/service/service-environment';
import type { BuiltFiles } from './build';
import { createFloorSide } from './floor-side';
import type { Processes } from './processes';
import type { Side } from './side';

/** Starts the bare workers and waits until they are ready. This process is their client. */
export async function startFloor(
  { floorWorker, floorBundle }: BuiltFiles,
  temporal: Variables,
  client: Client,
  workers: number,
  processes: Processes,
): Promise<Side> {
  const taskQueue = `bench-floor-${randomUUID()}`;
  const { side, onAnnounced } = createFloorSide(client, taskQueue);
  const command = {
    command: process.execPath,
    args: [floorWorker, taskQueue, floorBundle],
    env: { ...temporal, NODE_ENV: 'production' },
  };
  const spec = { ...workerSpec('floor-worker', command, client, taskQueue), onLine: onAnnounced };
  await processes.startReady(...Array.from({ length: workers }, () => spec));
  return side;
}
