import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenApiDocument } from '../support/openapi';
import { fuzzConfig, type FuzzConfig } from './config';
import { schemathesis } from './schemathesis';
import { API_KEY, CODEC_TOKEN, type FuzzedService, startFuzzedService } from './fuzzed-service';

export interface FuzzOptions {
  /** The minimum number of requests. There can be more: a round makes at least about 22 for each operation. */
  readonly requests: number;
  readonly seed: number;
  /** The time limit of the whole run. After it, the run ends with fewer requests. */
  readonly timeLimitMs: number;
  readonly print: (line: string) => void;
}

export interface FuzzResult {
  readonly requests: number;
  readonly rounds: number;
  readonly answers: ReadonlyMap<number, number>;
  /** The output of schemathesis for each round with a failed check. */
  readonly failures: readonly string[];
}

/** The maximum number of examples for each operation in one round. */
const MAX_EXAMPLES = 150;
/** Requests to each operation in the coverage phase of schemathesis, in addition to the examples. Measured. */
const OTHERS_PER_OPERATION = 21;
const OPEN = 20;

/** Runs rounds, each with another seed, until there are enough requests. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { requests, seed, timeLimitMs, print } = options;
  const signal = AbortSignal.timeout(timeLimitMs);
  const service = await startFuzzedService();
  const directory = await mkdtemp(path.join(tmpdir(), 'phone-verification-fuzz-'));
  const failures: string[] = [];
  let rounds = 0;
  try {
    const operations = await countOperations(service);
    while (made(service) < requests && !signal.aborted && failures.length === 0) {
      const { exitCode, output } = await round(
        service,
        directory,
        { seed: seed + rounds, examples: examplesFor(requests - made(service), operations) },
        signal,
      );
      if (exitCode !== 0 && !signal.aborted) failures.push(output);
      rounds++;
      print(`Round ${rounds}: ${made(service)} requests`);
    }
  } finally {
    await service.stop();
    await rm(directory, { recursive: true });
  }
  return { requests: made(service), rounds, answers: service.answers, failures };
}

async function round(
  service: FuzzedService,
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
      openIds: await service.startVerifications(OPEN),
      idsToEnd: await service.startVerifications(OPEN),
      phoneNumbers: service.newPhoneNumbers(OPEN),
      ...chance,
    }),
  );
  return schemathesis(['--config-file', config, 'run', `${service.url}/openapi.json`], directory, signal);
}

/** How many examples for each operation lead to a round of about `requests` requests. */
function examplesFor(requests: number, operations: number): number {
  // Adds 10 %: if a few requests were missing, another round would make at least its minimum number of requests.
  const examples = Math.ceil((1.1 * requests) / operations) - OTHERS_PER_OPERATION;
  return Math.min(Math.max(examples, 1), MAX_EXAMPLES);
}

async function countOperations({ url }: FuzzedService): Promise<number> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  return Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
}

const made = ({ answers }: FuzzedService) => [...answers.values()].reduce((sum, count) => sum + count, 0);
