import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import globalSetup from '../support/global-setup';
import globalTeardown from '../support/global-teardown';
import { ownSurface } from './own-surface';
import { fuzz, type FuzzOptions, type FuzzResult } from './run';
import { verifySurface } from './verify-surface';
import { wholeNumber } from '../support/whole-number';

const USAGE = `npm run fuzz -- [options]

Starts a service and sends it valid and invalid requests. Fails if an answer does not match the OpenAPI document.

  --surface NAME     own: what /openapi.json documents; verify: the API of Twilio Verify (default: both)
  --requests NUMBER  minimum number of requests to each surface (default: 10000). A run can make some hundred more
  --minutes NUMBER   time limit (default: 30)
  --seed NUMBER      decides all random choices (default: random)
  --help             this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      surface: { type: 'string' },
      requests: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);

  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const seed = wholeNumber('seed', values.seed);
  const requests = wholeNumber('requests', values.requests);
  const surfaces = [ownSurface, verifySurface].filter(({ name }) => (values.surface ?? name) === name);
  if (surfaces.length === 0) throw new Error('--surface must be own or verify');
  await globalSetup();
  try {
    const timeLimitMs = wholeNumber('minutes', values.minutes) * 60_000;
    const results = await fuzz({ surfaces, requests, seed, timeLimitMs, print });
    for (const result of results) report(result, print);
    const isComplete = results.every((result) => result.failures.length === 0 && result.requests >= requests);
    print(`Seed ${seed}: ${isComplete ? 'no check failed' : 'a check failed, or the time was up'}`);
    process.exitCode = isComplete ? 0 : 1;
  } finally {
    await globalTeardown();
  }
}

function report(
  { surface, requests, rounds, answers, failures }: FuzzResult,
  print: FuzzOptions['print'],
): void {
  for (const failure of failures) print(failure);
  print(`${surface}: ${requests} requests in ${rounds} rounds, ${failures.length} failed`);
  const counts = [...answers].toSorted(([a], [b]) => a - b);
  print(counts.map(([status, count]) => `${status}: ${count}`).join(', '));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
