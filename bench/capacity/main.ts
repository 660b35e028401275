import { parseArgs } from 'node:util';
import { exitOnError } from '../exit-on-error';
import { COSTS } from './costs';
import { type Demand, plan } from './model';
import { planTable } from './table';

const USAGE = `npm run capacity -- [options]

Computes what a number of verifications a second needs: processes, cores, memory, Temporal and storage.

  --rates LIST        verifications that start in one second at the peak, comma-separated (default: 10,1000,50000)
  --open NUMBER       seconds that a verification is open on average (default: 30)
  --retention NUMBER  days that Temporal keeps closed verifications (default: 30)
  --average NUMBER    the average rate in percent of the peak (default: 25)
  --help              this text
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rates: { type: 'string', default: '10,1000,50000' },
      open: { type: 'string', default: '30' },
      retention: { type: 'string', default: '30' },
      average: { type: 'string', default: '25' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const shared: Omit<Demand, 'rate'> = {
    openSeconds: positive('open', values.open),
    retentionDays: positive('retention', values.retention),
    averageShare: positive('average', values.average, 100) / 100,
  };
  const rates = values.rates.split(',').map((text) => positive('rates', text));
  const plans = rates.map((rate) => ({ rate, plan: plan(COSTS, { ...shared, rate }) }));
  process.stdout.write(`${planTable(plans)}\n`);
}

/** @throws Error that names the option */
function positive(option: string, text: string, max = 1_000_000): number {
  const number = Number(text);
  if (text.trim() !== '' && number > 0 && number <= max) return number;
  throw new Error(`--${option} takes numbers above 0, up to ${max}, not "${text}"`);
}

exitOnError(main);
