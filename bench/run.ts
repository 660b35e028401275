import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { makeBuildDirectory } from '../harness/project';
import { build } from './build';
import { type OnEnd, withCleanup } from './cleanup';
import type { Database } from './databases';
import { type Installation, startInstallation } from './installation';
import { measure } from './measure';
import type { BenchSettings } from './options';
import { type Results, summarize } from './results';

/** The figures on one Temporal server. */
export interface Report extends Results {
  settings: BenchSettings;
  machine: { cores: number; node: string; temporal: string };
}

/** A report for each of the wanted databases, in their order. */
export type Reports = readonly { readonly database: Database | undefined; readonly report: Report }[];

/**
 * Starts everything, measures, and stops everything that it started. An undefined database is the Temporal server at
 * TEMPORAL_ADDRESS.
 *
 * @throws Error if any step fails
 */
export async function run(
  settings: BenchSettings,
  databases: readonly (Database | undefined)[],
  print: (line: string) => void,
): Promise<Reports> {
  return withCleanup((onEnd) => startAndMeasure(settings, databases, onEnd, print));
}

async function startAndMeasure(
  settings: BenchSettings,
  databases: readonly (Database | undefined)[],
  onEnd: OnEnd,
  print: (line: string) => void,
): Promise<Reports> {
  const directory = await makeBuildDirectory('bench');
  onEnd(() => rm(directory, { recursive: true, force: true }));

  print('Building the service and the floor …');
  const built = await build(directory);
  const installations: Installation[] = [];
  for (const database of databases) {
    print(`Starting Temporal${database ? ` (${database})` : ''}, the API and the workers …`);
    installations.push(await startInstallation(database, built, settings, onEnd, print));
  }

  const samples = await Promise.race([
    measure(installations, settings, print),
    ...installations.map(({ died }) => died),
    timeOut(settings, installations.length),
  ]);
  return samples.map(({ installation: { database, temporal }, samples: measured }) => {
    const machine = {
      cores: availableParallelism(),
      node: process.version,
      temporal: temporal.description,
    };
    return { database, report: { settings, machine, ...summarize(measured) } };
  });
}

/** Rejects after a time that is enough for a very slow machine. */
async function timeOut({ concurrency, n, seconds }: BenchSettings, installations: number): Promise<never> {
  const limitSeconds = installations * (120 + 2 * seconds + 2 * n * concurrency.length);
  return new Promise((_, reject) => {
    const fail = () => reject(new Error(`Not finished after ${limitSeconds} s`));
    setTimeout(fail, limitSeconds * 1_000).unref();
  });
}
