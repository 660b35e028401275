import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './run';
import { tables } from './table';
import { wholeNumber } from '../support/whole-number';

const USAGE = `npm run test:chaos -- [options]

Verifies numbers while calls to the SMS provider fail and processes are killed. Fails if a promise is broken.

  --seed NUMBER  decides all random choices (default: random)
  --n NUMBER     how many verifications (default: 320)
  --help         this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      n: { type: 'string', default: '320' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);

  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const seed = wholeNumber('seed', values.seed);
  const evaluation = await runChaos({ seed, verifications: wholeNumber('n', values.n), print });
  print(`\n${tables(evaluation)}\n`);
  print(
    `Seed ${seed}: ${evaluation.violations.length === 0 ? 'all promises were kept' : 'promises were broken:'}`,
  );
  for (const violation of evaluation.violations) print(violation);
  process.exitCode = evaluation.violations.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
