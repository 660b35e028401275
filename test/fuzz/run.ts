import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzzConfig, type FuzzConfig } from './config';
import { schemathesis } from './schemathesis';
import { API_KEY, buildStage, CODEC_TOKEN, type Stage } from './stage';

export interface FuzzOptions {
  readonly requests: number;
  /** How many of each operation a round makes, at the most that it makes by chance. */
  readonly examplesPerOperation?: number;
  readonly seed: number;
  /** For the whole run: it then ends with what it has. */
  readonly timeLimitMs: number;
  readonly say: (line: string) => void;
}

export interface FuzzResult {
  readonly requests: number;
  readonly rounds: number;
  readonly answers: ReadonlyMap<number, number>;
  /** What schemathesis wrote in the rounds in which a check failed. */
  readonly failures: readonly string[];
}

const EXAMPLES_PER_OPERATION = 150;
const OPEN = 20;

/** Rounds with a seed each, until there were so many requests. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { requests, examplesPerOperation = EXAMPLES_PER_OPERATION, seed, timeLimitMs, say } = options;
  const signal = AbortSignal.timeout(timeLimitMs);
  const stage = await buildStage();
  const directory = await mkdtemp(path.join(tmpdir(), 'phone-verification-fuzz-'));
  const failures: string[] = [];
  let rounds = 0;
  try {
    while (made(stage) < requests && !signal.aborted && failures.length === 0) {
      const { exitCode, output } = await round(
        stage,
        directory,
        { seed: seed + rounds, examples: examplesPerOperation },
        signal,
      );
      if (exitCode !== 0 && !signal.aborted) failures.push(output);
      rounds++;
      say(`Round ${rounds}: ${made(stage)} requests`);
    }
  } finally {
    await stage.stop();
    await rm(directory, { recursive: true });
  }
  return { requests: made(stage), rounds, answers: stage.answers, failures };
}

async function round(
  stage: Stage,
  directory: string,
  chance: Pick<FuzzConfig, 'seed' | 'examples'>,
  signal: AbortSignal,
) {
  const config = path.join(directory, 'schemathesis.toml');
  await writeFile(
    config,
    fuzzConfig({
      apiKey: API_KEY,
      codecToken: CODEC_TOKEN,
      open: await stage.open(OPEN),
      doomed: await stage.open(OPEN),
      phoneNumbers: stage.numbers(OPEN),
      ...chance,
    }),
  );
  return schemathesis(['--config-file', config, 'run', `${stage.url}/openapi.json`], directory, signal);
}

const made = ({ answers }: Stage) => [...answers.values()].reduce((sum, count) => sum + count, 0);
