import { parseArgs } from 'node:util';
import { databases, type Database } from './databases';

export interface BenchSettings {
  /** How many verifications run at the same time in the closed loop. Each number is measured. */
  concurrency: number[];
  /** The number of verifications of each side in each closed loop. */
  n: number;
  /** Starts a second in the open loop. */
  rate: number;
  /** How long the open loop runs, for each side. */
  seconds: number;
  /** The number of API processes. */
  apis: number;
  /** The number of workers of each side. */
  workers: number;
  /** Whether the worker uses TLS for its calls to the SMS sandbox. */
  tls: boolean;
}

export interface BenchOptions {
  settings: BenchSettings;
  /** Each is measured with a Temporal server of its own. Undefined for the default. */
  databases: Database[] | undefined;
  json: boolean;
  /** The file for the plot. Undefined for no plot. */
  svg: string | undefined;
}

export const USAGE = `npm run bench -- [options]

Measures the service next to the floor: a bare client and workflow that make the same calls to Temporal.

  --concurrency LIST  callers at once in the closed loop, comma-separated (default: 1,8,32)
  --n NUMBER          verifications of each side in each closed loop (default: 300)
  --rate NUMBER       starts a second in the open loop (default: 10)
  --seconds NUMBER    how long the open loop runs, for each side (default: 30)
  --apis NUMBER       API processes (default: 1)
  --workers NUMBER    workers of each side (default: 1)
  --databases LIST    databases of Temporal: sqlite, postgresql or both, comma-separated (default: sqlite)
  --tls               the worker calls the SMS sandbox over TLS
  --svg FILE          also writes a plot to this file
  --json              one JSON object on stdout instead of the table
  --help              this text
`;

/** @throws Error that names the invalid option and its allowed values */
export function parseOptions(args: string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      concurrency: { type: 'string', default: '1,8,32' },
      n: { type: 'string', default: '300' },
      rate: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '30' },
      apis: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      databases: { type: 'string' },
      tls: { type: 'boolean', default: false },
      svg: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    json: values.json,
    svg: values.svg,
    databases: values.databases === undefined ? undefined : databaseList(values.databases),
    settings: {
      concurrency: wholeNumbers('concurrency', values.concurrency, 256),
      n: wholeNumber('n', values.n, 100_000),
      rate: wholeNumber('rate', values.rate, 1_000),
      seconds: wholeNumber('seconds', values.seconds, 3_600),
      apis: wholeNumber('apis', values.apis, 16),
      workers: wholeNumber('workers', values.workers, 16),
      tls: values.tls,
    },
  };
}

/** @throws Error that names the option and its allowed values */
export function wholeNumbers(option: string, list: string, max: number): number[] {
  return list.split(',').map((text) => wholeNumber(option, text, max));
}

/** @throws Error that names the option and its allowed values */
export function wholeNumber(option: string, text: string, max: number): number {
  const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0;
  if (number >= 1 && number <= max) return number;
  throw new Error(`--${option} takes whole numbers from 1 to ${max}, not "${text}"`);
}

function databaseList(text: string): Database[] {
  const names = text.split(',').map((name) => name.trim());
  const found = databases.filter((database) => names.includes(database));
  const isKnown = names.every((name) => found.some((database) => database === name));
  if (isKnown) return found;
  throw new Error(`--databases takes ${databases.join(', ')} or both, not "${text}"`);
}
