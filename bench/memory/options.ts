import { parseArgs } from 'node:util';
import { wholeNumber, wholeNumbers } from '../options';
import { LEAST_OPEN, type MemorySettings } from './measure';

export interface MemoryOptions {
  readonly settings: MemorySettings;
  readonly json: boolean;
}

export const USAGE = `npm run bench:memory -- [options]

Shows how much memory stays in use after many verifications have ended, and how memory and check latency of API and
worker grow with the number of open verifications.

  --soak NUMBER  first, so many verifications from start to end, in two waves (default: 5000)
  --open LIST    then, so many open verifications: from ${LEAST_OPEN}, each number larger (default: 100,1000,10000)
  --json         one JSON object on stdout instead of the table
  --help         this text
`;

const MAX_VERIFICATIONS = 100_000;

/** @throws Error that names the invalid option and its allowed values */
export function parseMemoryOptions(args: string[]): MemoryOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      open: { type: 'string', default: '100,1000,10000' },
      soak: { type: 'string', default: '5000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    json: values.json,
    settings: {
      open: growing(wholeNumbers('open', values.open, MAX_VERIFICATIONS)),
      soak: wholeNumber('soak', values.soak, MAX_VERIFICATIONS),
    },
  };
}

/** @throws Error if there are too few to check, or if the numbers do not grow */
function growing(numbers: number[]): number[] {
  const isValid = numbers.every(
    (number, index) => number >= LEAST_OPEN && number > (numbers[index - 1] ?? 0),
  );
  if (!isValid) throw new Error(`--open takes numbers from ${LEAST_OPEN}, each larger than the one before`);
  return numbers;
}
