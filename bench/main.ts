import { parseOptions, USAGE } from './options';
import { type Report, run } from './run';
import { table } from './table';

/** `npm run bench`: figures on stdout, progress on stderr. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = await run(options.settings, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${describe(report)}\n`);
}

function describe(report: Report): string {
  const { cores, node, temporal } = report.machine;
  return `\n${table(report)}\n\n${cores} cores, Node ${node}, Temporal: ${temporal}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Whatever was still under way when it failed is not waited for.
  process.exit(1);
});
