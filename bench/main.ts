import { writeFile } from 'node:fs/promises';
import { parseOptions, USAGE } from './options';
import { type Report, run } from './run';
import { plot } from './plot';
import { table } from './table';

/** `npm run bench`: prints the figures to stdout and progress to stderr. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = await run(options.settings, (line) => process.stderr.write(`${line}\n`));
  if (options.svg !== undefined) await writeFile(options.svg, plot(report));
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`);
}

function describe(report: Report): string {
  const { cores, node, temporal } = report.machine;
  return `\n${table(report)}\n\n${cores} cores, Node ${node}, Temporal: ${temporal}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Does not wait for work that was in progress when it failed.
  process.exit(1);
});
