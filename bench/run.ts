import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { makeBuildDirectory } from '../harness/project';
import { build } from './build';
import { type OnEnd, withCleanup } from './cleanup';
import { cpuTimeReader } from './cpu-time';
import { measure } from './measure';
import type { BenchSettings } from './options';
import { type Results, summarize } from './results';
import { Processes } from './processes';
import { startFloor } from './start-floor';
import { startService } from './start-service';
import { openTemporal } from './temporal';
import { createRunReader } from './run-reader';

export interface Report extends Results {
  settings: BenchSettings;
  machine: { cores: number; node: string; temporal: string };
}

/** Starts everything, measures, and stops everything that it started. @throws Error if any step fails */
export async function run(settings: BenchSettings, print: (line: string) => void): Promise<Report> {
  return withCleanup((onEnd) => startAndMeasure(settings, onEnd, print));
}

async function startAndMeasure(
  settings: BenchSettings,
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<Report> {
  const directory = await makeBuildDirectory('bench');
  onEnd(() => rm(directory, { recursive: true }));

  print('Building the service and the floor …');
  const built = await build(directory);
  print('Starting Temporal, the API and the workers …');
  const temporal = await openTemporal(directory, print);
  onEnd(() => temporal.stop());
  const processes = new Processes(directory, onEnd);
  const { side: service, setup } = await startService(
    { ...settings, built, temporal: temporal.env },
    processes,
    onEnd,
  );
  const { client } = setup;
  const floor = await startFloor(built, temporal.env, client, settings.workers, processes);
  const readCpuTime = cpuTimeReader({
    ...processes.pids,
    ...(temporal.pid !== undefined && { temporal: [temporal.pid] }),
  });

  const samples = await Promise.race([
    measure({
      sides: { service, floor },
      settings,
      runs: createRunReader(client),
      readCpuTime,
      metricsUrl: temporal.metricsUrl,
      print,
    }),
    processes.died,
    timeOut(settings),
  ]);
  const machine = { cores: availableParallelism(), node: process.version, temporal: temporal.description };
  return { settings, machine, ...summarize(samples) };
}

/** Rejects after a time that is enough for a very slow machine. */
async function timeOut({ concurrency, n, seconds }: BenchSettings): Promise<never> {
  const limitSeconds = 120 + 2 * seconds + 2 * n * concurrency.length;
  return new Promise((_, reject) => {
    const fail = () => reject(new Error(`Not finished after ${limitSeconds} s`));
    setTimeout(fail, limitSeconds * 1_000).unref();
  });
}
