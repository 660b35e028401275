import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CACHE_DIRECTORY } from '../../harness/project';
import { type BreakableService, prepareBreakableService } from './breakable-service';
import { FaultInjector } from './fault-injector';
import { WORKERS } from './faults';
import { makePlan, type Wave } from './plan';
import { runScenario } from './run-scenario';
import type { ScenarioResult } from './scenario';
import { evaluate, type Evaluation } from './evaluation';

export interface ChaosOptions {
  /** Decides all random choices: faults, moments and the behaviour of people. */
  readonly seed: number;
  readonly verifications: number;
  readonly print: (line: string) => void;
}

/** Runs verifications while faults happen, and returns the broken promises. */
export async function runChaos({ seed, verifications, print }: ChaosOptions): Promise<Evaluation> {
  print(`Seed ${seed}, ${verifications} verifications`);
  const service = await prepareBreakableService();
  const faults = new FaultInjector(service);
  try {
    await startAll(service, faults);
    const results: ScenarioResult[] = [];
    for (const wave of makePlan(seed, verifications)) {
      const startedAt = Date.now();
      const ofWave = await runWave(wave, service, faults);
      results.push(...ofWave);
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
      print(`${wave.name}: ${ofWave.length} verifications in ${seconds} s`);
    }
    const evaluation = evaluate(results, service.sandbox, countedDuplicates(faults));
    if (evaluation.violations.length > 0)
      print(`The logs of the processes are in ${await keepLogs(seed, faults)}`);
    return evaluation;
  } finally {
    faults.close();
    await service.stop();
  }
}

async function startAll({ temporal, api }: BreakableService, faults: FaultInjector): Promise<void> {
  await temporal.start();
  for (let index = 0; index < WORKERS; index++) await faults.addWorker();
  await Promise.all([api, ...faults.workers].map((process) => process.start()));
}

async function runWave(
  wave: Wave,
  service: BreakableService,
  faults: FaultInjector,
): Promise<ScenarioResult[]> {
  const { listLagMs, statusStepMs } = wave;
  Object.assign(service.sandbox.settings, { listLagMs, statusStepMs });
  const results: ScenarioResult[] = [];
  for (const round of wave.rounds) {
    results.push(...(await Promise.all(round.map((planned) => runScenario(planned, service, faults)))));
    await faults.untilRecovered();
  }
  return results;
}

async function keepLogs(seed: number, { processes }: FaultInjector): Promise<string> {
  const directory = path.join(CACHE_DIRECTORY, `chaos-${seed}`);
  await mkdir(directory, { recursive: true });
  for (const { name, lines } of processes)
    await writeFile(path.join(directory, `${name}.log`), `${lines.join('\n')}\n`);
  return directory;
}

const LogLine = z.object({ msg: z.string(), workflowId: z.string() });

/** The workflow IDs for which a worker has logged, and so counted, a possible second message. */
function countedDuplicates({ workers }: FaultInjector): Set<string> {
  const counted = workers
    .flatMap(({ lines }) => lines.filter((line) => line.includes('Message sent again')))
    .map((line) => LogLine.parse(JSON.parse(line)).workflowId);
  return new Set(counted);
}
