import type { Row, Evaluation } from './evaluation';

type Column = readonly [head: string, cellOf: (row: Row) => string];

const FAULT: Column = ['fault', ({ fault }) => fault];

/** Two tables, because one with all columns would be too wide for docs/reliability.md. */
const MESSAGES: readonly Column[] = [
  FAULT,
  ['verifications', ({ verifications }) => String(verifications)],
  ['one message', ({ messages }) => String(messages.one)],
  ['none, undeliverable', ({ messages }) => String(messages.none)],
  ['more than one', ({ messages }) => String(messages.more)],
  ['same code', ({ twoCodes }) => (twoCodes === 0 ? 'yes' : 'NO')],
];
const RESULTS: readonly Column[] = [
  FAULT,
  ['verified', ({ outcomes }) => String(outcomes.verified)],
  ['undeliverable', ({ outcomes }) => String(outcomes.undeliverable)],
  ['lost', ({ outcomes }) => String(outcomes.lost)],
  ['slowest recovery', ({ slowestRecoveryMs }) => recovery(slowestRecoveryMs)],
];

/** The messages and the results as two tables in Markdown. */
export function tables({ rows }: Pick<Evaluation, 'rows'>): string {
  return [MESSAGES, RESULTS].map((columns) => table(columns, rows)).join('\n\n');
}

function table(columns: readonly Column[], rows: readonly Row[]): string {
  const cells = [
    columns.map(([head]) => head),
    ...rows.map((row) => columns.map(([, cellOf]) => cellOf(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function recovery(slowestMs: number | undefined): string {
  return slowestMs === undefined ? '–' : `${(slowestMs / 1_000).toFixed(1)} s`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
