import { exitOnError } from '../exit-on-error';
import { parseMemoryOptions, USAGE } from './options';
import { run } from './run';
import { table } from './table';

/** `npm run bench:memory`: prints the figures to stdout and progress to stderr. */
async function main(): Promise<void> {
  const options = parseMemoryOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = await run(options.settings, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${options.json ? JSON.stringify(report) : table(report)}\n`);
}

exitOnError(main);
