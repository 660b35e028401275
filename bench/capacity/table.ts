import type { Plan } from './model';

const rows: readonly (readonly [label: string, figure: keyof Plan])[] = [
  ['open verifications', 'open'],
  ['API processes', 'apis'],
  ['cores of the APIs', 'apiCores'],
  ['workers', 'workers'],
  ['cores of the workers', 'workerCores'],
  ['memory of each worker, MiB', 'workerMib'],
  ['cores of Temporal and its database', 'temporalCores'],
  ['requests to Temporal a second', 'requestsPerSecond'],
  ['billable actions a second', 'actionsPerSecond'],
  ['stored by Temporal, GiB', 'storedGib'],
];

/** The plans as a Markdown table, one column for each rate. */
export function planTable(plans: readonly { readonly rate: number; readonly plan: Plan }[]): string {
  const columns = [
    ['verifications a second', ...rows.map(([label]) => label)],
    ...plans.map(({ rate, plan }) => [format(rate), ...rows.map(([, figure]) => format(plan[figure]))]),
  ].map((cells, index) => column(cells, index > 0));
  const lines = columns[0]?.map((_, line) => `| ${columns.map((cells) => cells[line]).join(' | ')} |`);
  return lines?.join('\n') ?? '';
}

/** The cells of a column, all of the same width, with the line below its head. */
function column([head = '', ...cells]: readonly string[], isNumeric: boolean): string[] {
  const width = Math.max(...[head, ...cells].map(({ length }) => length));
  const rule = isNumeric ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
  return [head, rule, ...cells].map((cell) => (isNumeric ? cell.padStart(width) : cell.padEnd(width)));
}

function format(value: number): string {
  return value.toLocaleString('en-US');
}
