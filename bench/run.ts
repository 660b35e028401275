import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { build } from './build';
import { openTemporal } from './environment';
import { measure } from './measure';
import type { BenchSettings } from './options';
import { type Results, summarize } from './results';
import { setStage } from './stage';
import { createTraces } from './traces';

export interface Report extends Results {
  settings: BenchSettings;
  machine: { cores: number; node: string; temporal: string };
}

const CACHE_DIRECTORY = path.resolve(__dirname, '../.cache');

/** Sets everything up, measures, and ends what it started. @throws Error when anything of it fails */
export async function run(settings: BenchSettings, say: (line: string) => void): Promise<Report> {
  const endings: (() => Promise<unknown>)[] = [];
  const onEnd = (end: () => Promise<unknown>) => void endings.unshift(end);
  try {
    return await Promise.race([runOn(settings, onEnd, say), stopped()]);
  } finally {
    for (const end of endings) await end();
  }
}

async function runOn(
  settings: BenchSettings,
  onEnd: (end: () => Promise<unknown>) => void,
  say: (line: string) => void,
): Promise<Report> {
  await mkdir(CACHE_DIRECTORY, { recursive: true });
  const directory = await mkdtemp(path.join(CACHE_DIRECTORY, 'bench-'));
  onEnd(() => rm(directory, { recursive: true }));

  say('Building the service and the floor …');
  await build(directory);
  say('Starting Temporal, the API and the workers …');
  const temporal = await openTemporal(directory, say);
  onEnd(() => temporal.stop());
  const { sides, client, died } = await setStage(directory, temporal.env, onEnd);

  const samples = await Promise.race([
    measure({ sides, settings, traces: createTraces(client), say }),
    died,
    tooLate(settings),
  ]);
  const machine = { cores: availableParallelism(), node: process.version, temporal: temporal.description };
  return { settings, machine, ...summarize(samples) };
}

async function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Error(`Stopped by ${signal}`)));
    }
  });
}

/** Rejects when the slowest machine that makes sense would have been ready. */
async function tooLate({ concurrency, n, seconds }: BenchSettings): Promise<never> {
  const limitSeconds = 120 + 2 * seconds + 2 * n * concurrency.length;
  return new Promise((_, reject) => {
    const late = () => reject(new Error(`Not ready after ${limitSeconds} s`));
    setTimeout(late, limitSeconds * 1_000).unref();
  });
}
