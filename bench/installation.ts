import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BuiltFiles } from './build';
import type { OnEnd } from './cleanup';
import { cpuTimeReader, type ReadCpuTime } from './cpu-time';
import type { Database } from './databases';
import type { BenchSettings } from './options';
import { Processes } from './processes';
import { createRunReader, type RunReader } from './run-reader';
import type { BySide, Side } from './side';
import { startFloor } from './start-floor';
import { startService } from './start-service';
import { givenTemporal, startTemporal } from './temporal';
import type { TemporalServer } from './temporal-server';

/** The service and the floor, both on the same Temporal server. */
export interface Installation {
  /** The database of the Temporal server. Undefined for the server at TEMPORAL_ADDRESS. */
  readonly database: Database | undefined;
  readonly temporal: TemporalServer;
  readonly sides: BySide<Side>;
  readonly runs: RunReader;
  readonly readCpuTime: ReadCpuTime;
  /** Rejects when one of its processes ends by itself. */
  readonly died: Promise<never>;
}

/** Starts everything that one installation needs, and waits until it is ready. */
export async function startInstallation(
  database: Database | undefined,
  built: BuiltFiles,
  settings: BenchSettings,
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<Installation> {
  const directory = path.join(built.directory, database ?? 'given');
  await mkdir(directory);
  const processes = new Processes(directory, onEnd);
  const temporal =
    database === undefined
      ? givenTemporal()
      : await startTemporal(database, directory, processes, onEnd, print);
  const { side: service, setup } = await startService(
    { ...settings, built, directory, temporal: temporal.env },
    processes,
    onEnd,
  );
  const { client } = setup;
  const floor = await startFloor(built, temporal.env, client, settings.workers, processes);
  return {
    database,
    temporal,
    sides: { service, floor },
    runs: createRunReader(client),
    readCpuTime: cpuTimeReader(processes.pids),
    died: processes.died,
  };
}
