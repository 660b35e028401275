import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { CACHE_DIRECTORY } from './built-service';
import type { Story } from './course';
import { WORKERS } from './faults';
import { live } from './live';
import { makePlan, type Wave } from './plan';
import { setStage, type Stage } from './stage';
import { Trouble } from './trouble';
import { judge, type Verdict } from './verdict';

export interface ChaosOptions {
  /** All that is chosen at random follows from it: faults, moments, and how people behave. */
  readonly seed: number;
  readonly verifications: number;
  readonly say: (line: string) => void;
}

/** Runs verifications while everything around them breaks, and judges what became of them. */
export async function runChaos({ seed, verifications, say }: ChaosOptions): Promise<Verdict> {
  say(`Seed ${seed}, ${verifications} verifications`);
  const stage = await setStage();
  const trouble = new Trouble(stage);
  try {
    await startAll(stage, trouble);
    const stories: Story[] = [];
    for (const wave of makePlan(seed, verifications)) {
      const startedAt = Date.now();
      const told = await runWave(wave, stage, trouble);
      stories.push(...told);
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
      say(`${wave.name}: ${told.length} verifications in ${seconds} s`);
    }
    const verdict = judge(stories, stage.sandbox, countedDuplicates(trouble));
    if (verdict.violations.length > 0) say(`What the processes wrote is in ${await keepLogs(seed, trouble)}`);
    return verdict;
  } finally {
    trouble.close();
    await stage.stop();
  }
}

async function startAll({ temporal, api }: Stage, trouble: Trouble): Promise<void> {
  await temporal.start();
  for (let index = 0; index < WORKERS; index++) await trouble.addWorker();
  await Promise.all([api, ...trouble.workers].map((process) => process.start()));
}

async function runWave(wave: Wave, stage: Stage, trouble: Trouble): Promise<Story[]> {
  const { listLagMs, statusStepMs } = wave;
  Object.assign(stage.sandbox.difficulties, { listLagMs, statusStepMs });
  const stories: Story[] = [];
  for (const round of wave.rounds) {
    stories.push(...(await Promise.all(round.map((planned) => live(planned, stage, trouble)))));
    await trouble.untilOver();
  }
  return stories;
}

async function keepLogs(seed: number, { processes }: Trouble): Promise<string> {
  const directory = path.join(CACHE_DIRECTORY, `chaos-${seed}`);
  await mkdir(directory, { recursive: true });
  for (const { name, lines } of processes)
    await writeFile(path.join(directory, `${name}.log`), `${lines.join('\n')}\n`);
  return directory;
}

const LogLine = z.object({ msg: z.string(), workflowId: z.string() });

/** The workflows of which a worker has counted and logged that the provider may have got their text twice. */
function countedDuplicates({ workers }: Trouble): Set<string> {
  const counted = workers
    .flatMap(({ lines }) => lines.filter((line) => line.includes('Message sent again')))
    .map((line) => LogLine.parse(JSON.parse(line)).workflowId);
  return new Set(counted);
}
