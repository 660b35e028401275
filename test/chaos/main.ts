import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './run';
import { tables } from './table';
import { wholeNumber } from '../support/whole-number';

const USAGE = `npm run test:chaos -- [options]

Verifies numbers while the way to the SMS provider fails and processes are killed; fails if a promise is broken.

  --seed NUMBER  repeats what a seed stands for (default: another one each time)
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
  const verdict = await runChaos({ seed, verifications: wholeNumber('n', values.n), print });
  print(`\n${tables(verdict)}\n`);
  print(`Seed ${seed}: ${verdict.violations.length === 0 ? 'every promise kept' : 'BROKEN'}`);
  for (const violation of verdict.violations) print(violation);
  process.exitCode = verdict.violations.length > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
