import { parseArgs } from 'node:util';
import type { Demand } from './model';

export const USAGE = `npm run capacity -- [options]

Computes what a number of verifications a second needs: processes, cores, memory, Temporal and storage.

  --rates LIST        verifications that start in one second at the peak, comma-separated (default: 10,1000,50000)
  --open NUMBER       seconds that a verification is open on average (default: 30)
  --retention NUMBER  days that Temporal keeps closed verifications (default: 30)
  --average NUMBER    the average rate in percent of the peak (default: 25)
  --help              this text
`;

/** One demand for each rate. @throws Error that names the invalid option and its allowed values */
export function parseDemands(args: string[]): Demand[] | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rates: { type: 'string', default: '10,1000,50000' },
      open: { type: 'string', default: '30' },
      retention: { type: 'string', default: '30' },
      average: { type: 'string', default: '25' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const shared = {
    openSeconds: positive('open', values.open),
    retentionDays: positive('retention', values.retention),
    averageShare: positive('average', values.average, 100) / 100,
  };
  return values.rates.split(',').map((text) => ({ rate: positive('rates', text), ...shared }));
}

/** @throws Error that names the option */
function positive(option: string, text: string, max = 1_000_000): number {
  const number = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : 0;
  if (number > 0 && number <= max) return number;
  throw new Error(`--${option} takes numbers above 0, up to ${max}, not "${text}"`);
}
