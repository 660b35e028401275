import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import globalSetup from '../support/global-setup';
import globalTeardown from '../support/global-teardown';
import { fuzz } from './run';
import { wholeNumber } from '../support/whole-number';

const USAGE = `npm run fuzz -- [options]

Starts a service and sends it valid and invalid requests. Fails if an answer does not match the OpenAPI document.

  --requests NUMBER  minimum number of requests (default: 20000). A run can make about 450 more than that, because
                     schemathesis sends at least 20 requests to each operation
  --minutes NUMBER   time limit (default: 30)
  --seed NUMBER      decides all random choices (default: random)
  --help             this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '20000' },
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);

  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const seed = wholeNumber('seed', values.seed);
  const requests = wholeNumber('requests', values.requests);
  await globalSetup();
  try {
    const timeLimitMs = wholeNumber('minutes', values.minutes) * 60_000;
    const result = await fuzz({ requests, seed, timeLimitMs, print });
    for (const failure of result.failures) print(failure);
    const answers = [...result.answers].toSorted(([a], [b]) => a - b);
    print(
      `Seed ${seed}: ${result.requests} requests in ${result.rounds} rounds, ${result.failures.length} failed`,
    );
    print(answers.map(([status, count]) => `${status}: ${count}`).join(', '));
    process.exitCode = result.failures.length > 0 || result.requests < requests ? 1 : 0;
  } finally {
    await globalTeardown();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
