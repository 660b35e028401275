import { exitOnError } from '../exit-on-error';
import { COSTS } from './costs';
import { plan } from './model';
import { parseDemands, USAGE } from './options';
import { planTable } from './table';

async function main(): Promise<void> {
  const demands = parseDemands(process.argv.slice(2));
  if (demands === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const plans = demands.map((demand) => ({ rate: demand.rate, plan: plan(COSTS, demand) }));
  process.stdout.write(`${planTable(plans)}\n`);
}

exitOnError(main);
