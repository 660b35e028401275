import { rm } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../harness/ports';
import { makeBuildDirectory } from '../../harness/project';
import { buildService } from '../../harness/service/build-service';
import { type OnEnd, withCleanup } from '../cleanup';
import { Processes } from '../processes';
import { startService } from '../start-service';
import { startTemporal } from '../temporal';
import { measure, type MemoryReport, type MemorySettings } from './measure';
import { memoryReader } from './memory';

/** Longer than any run: no verification expires. */
const WINDOW_SECONDS = '86400';

/** Starts everything, measures, and stops everything that it started. @throws Error if any step fails */
export async function run(settings: MemorySettings, print: (line: string) => void): Promise<MemoryReport> {
  return withCleanup((onEnd) => startAndMeasure(settings, onEnd, print));
}

async function startAndMeasure(
  settings: MemorySettings,
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<MemoryReport> {
  const directory = await makeBuildDirectory('bench');
  onEnd(() => rm(directory, { recursive: true, force: true }));
  print('Building the service …');
  const scripts = await buildService(path.join(directory, 'service'));
  print('Starting Temporal, the API and the worker …');
  const processes = new Processes(directory, onEnd);
  const temporal = await startTemporal('sqlite', directory, processes, onEnd, print);
  const inspectPorts = { api: await freePort(), worker: await freePort() };
  const { side } = await startService(
    {
      built: { scripts },
      directory,
      temporal: temporal.env,
      apis: 1,
      workers: 1,
      tls: false,
      inspectPorts,
      env: { WINDOW_SECONDS },
    },
    processes,
    onEnd,
  );
  const readMemory = memoryReader(processes.pids, inspectPorts);
  return Promise.race([measure(side, settings, readMemory, print), processes.died]);
}
