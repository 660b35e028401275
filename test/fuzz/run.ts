import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenApiDocument } from '../support/openapi';
import { fuzzConfig, type FuzzConfig } from './config';
import { schemathesis } from './schemathesis';
import { API_KEY, buildStage, CODEC_TOKEN, type Stage } from './stage';

export interface FuzzOptions {
  /** At least so many. A round makes about 22 for each operation, so it can be that many more. */
  readonly requests: number;
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

/** Of each operation in one round: the next one has another seed. */
const MAX_EXAMPLES = 150;
/** What schemathesis asks each operation apart from the examples, as its coverage phase does. Measured. */
const OTHERS_PER_OPERATION = 21;
const OPEN = 20;

/** Rounds with a seed each, until there were so many requests. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { requests, seed, timeLimitMs, say } = options;
  const signal = AbortSignal.timeout(timeLimitMs);
  const stage = await buildStage();
  const directory = await mkdtemp(path.join(tmpdir(), 'phone-verification-fuzz-'));
  const failures: string[] = [];
  let rounds = 0;
  try {
    const operations = await countOperations(stage);
    while (made(stage) < requests && !signal.aborted && failures.length === 0) {
      const { exitCode, output } = await round(
        stage,
        directory,
        { seed: seed + rounds, examples: examplesFor(requests - made(stage), operations) },
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

/** How many examples of each operation make a round of about `requests`. */
function examplesFor(requests: number, operations: number): number {
  // A tenth more: where a round falls short, the next one makes its minimum on top.
  const examples = Math.ceil((1.1 * requests) / operations) - OTHERS_PER_OPERATION;
  return Math.min(Math.max(examples, 1), MAX_EXAMPLES);
}

async function countOperations({ url }: Stage): Promise<number> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  return Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
}

const made = ({ answers }: Stage) => [...answers.values()].reduce((sum, count) => sum + count, 0);
