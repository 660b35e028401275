import type { Row, Verdict } from './verdict';

const HEAD = [
  'fault',
  'verifications',
  'one message',
  'none, undeliverable',
  'more than one',
  'same code',
  'verified',
  'undeliverable',
  'lost',
  'slowest recovery',
];

/** The results as a table in Markdown. */
export function table({ rows }: Verdict): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function cellsOf({ fault, verifications, messages, twoCodes, outcomes, slowestRecoveryMs }: Row): string[] {
  const counts = [verifications, messages.one, messages.none, messages.more];
  const recovery = slowestRecoveryMs === undefined ? '–' : `${(slowestRecoveryMs / 1_000).toFixed(1)} s`;
  return [
    fault,
    ...counts.map(String),
    twoCodes === 0 ? 'yes' : 'NO',
    ...[outcomes.verified, outcomes.undeliverable, outcomes.lost].map(String),
    recovery,
  ];
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
