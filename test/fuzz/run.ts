import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fuzzConfig } from './config';
import { type FuzzedService, startFuzzedService } from './fuzzed-service';
import { schemathesis } from './schemathesis';
import type { Surface } from './surface';

export interface FuzzOptions {
  readonly surfaces: readonly Surface[];
  /** The minimum number of requests to each surface. There can be more: even the smallest round has hundreds. */
  readonly requests: number;
  readonly seed: number;
  /** The time limit of the whole run. After it, the run ends with fewer requests. */
  readonly timeLimitMs: number;
  readonly print: (line: string) => void;
}

export interface FuzzResult {
  readonly surface: Surface['name'];
  readonly requests: number;
  readonly rounds: number;
  /** The number of answers by status. */
  readonly answers: ReadonlyMap<number, number>;
  /** The output of schemathesis for each round with a failed check. */
  readonly failures: readonly string[];
}

/** The number of examples for each operation in one round. */
const MIN_EXAMPLES = 2;
const MAX_EXAMPLES = 150;
/** The maximum number of verifications that are started for one round. */
const MAX_VERIFICATIONS = 20;

/** Fuzzes the surfaces of one service at the same time: some requests to the own surface only wait. */
export async function fuzz({ surfaces, ...options }: FuzzOptions): Promise<FuzzResult[]> {
  const signal = AbortSignal.timeout(options.timeLimitMs);
  const service = await startFuzzedService();
  try {
    return await Promise.all(surfaces.map((surface) => fuzzSurface(surface, service, options, signal)));
  } finally {
    await service.stop();
  }
}

/** Runs rounds, each with another seed, until there are enough requests. */
async function fuzzSurface(
  surface: Surface,
  service: FuzzedService,
  { requests, seed, print }: Omit<FuzzOptions, 'surfaces'>,
  signal: AbortSignal,
): Promise<FuzzResult> {
  const answers = service.answers[surface.name];
  const made = () => [...answers.values()].reduce((sum, count) => sum + count, 0);
  const directory = await mkdtemp(path.join(tmpdir(), 'phone-verification-fuzz-'));
  const failures: string[] = [];
  let rounds = 0;
  try {
    const document = path.join(directory, 'openapi.json');
    await writeFile(document, JSON.stringify(await surface.document(service)));
    while (made() < requests && !signal.aborted && failures.length === 0) {
      const examples = examplesFor(requests - made(), surface);
      const tables = await surface.configTables(service, Math.min(examples, MAX_VERIFICATIONS));
      const config = path.join(directory, 'schemathesis.toml');
      await writeFile(config, fuzzConfig({ seed: seed + rounds, examples }, tables));
      const { exitCode, output } = await schemathesis(
        ['--config-file', config, 'run', document, '--url', service.url],
        directory,
        signal,
      );
      if (exitCode !== 0 && !signal.aborted) failures.push(output);
      rounds++;
      print(`${surface.name}, round ${rounds}: ${made()} requests`);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  return { surface: surface.name, requests: made(), rounds, answers, failures };
}

/** How many examples for each operation lead to a round of about `requests` requests. */
function examplesFor(requests: number, { roundSize: { fixed, perExample } }: Surface): number {
  // Adds 10 %: if a few requests were missing, another round would make at least its minimum number of requests.
  const examples = Math.ceil((1.1 * requests - fixed) / perExample);
  return Math.min(Math.max(examples, MIN_EXAMPLES), MAX_EXAMPLES);
}
