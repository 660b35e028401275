import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { databasesToMeasure } from './databases';
import { exitOnError } from './exit-on-error';
import { parseOptions, USAGE } from './options';
import { plot } from './plot';
import { type Reports, run } from './run';
import { table } from './table';

/** `npm run bench`: prints the figures to stdout and progress to stderr. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const databases = databasesToMeasure(options.databases, process.env['TEMPORAL_ADDRESS']);
  const reports = await run(options.settings, databases, (line) => process.stderr.write(`${line}\n`));
  if (options.svg !== undefined) await writePlots(options.svg, reports);
  process.stdout.write(options.json ? `${JSON.stringify(jsonOf(reports))}\n` : `${describe(reports)}\n`);
}

/** Several databases have one plot each: `figures.svg` becomes `figures-sqlite.svg` and `figures-postgresql.svg`. */
async function writePlots(file: string, reports: Reports): Promise<void> {
  const { dir, name, ext } = path.parse(file);
  for (const { database, report } of reports) {
    const ownFile = reports.length === 1 ? file : path.join(dir, `${name}-${database}${ext}`);
    await writeFile(ownFile, plot(report));
  }
}

/** The report of one database, or several by the database's name. */
function jsonOf(reports: Reports): object {
  const [only, ...others] = reports;
  if (only !== undefined && others.length === 0) return only.report;
  return Object.fromEntries(reports.map(({ database, report }) => [database, report]));
}

function describe(reports: Reports): string {
  const [machine] = reports.map(({ report }) => report.machine);
  const servers = reports.map(({ report }) => report.machine.temporal).join('; ');
  return `\n${table(reports)}\n\n${machine?.cores} cores, Node ${machine?.node}, Temporal: ${servers}`;
}

exitOnError(main);
