import type { Counters } from './counters';
import { ratioOf, type Results } from './results';
import type { Reports } from './run';
import { sum } from './statistics';

interface Row {
  readonly label: string;
  readonly service: number;
  readonly floor: number;
  /** Default: that of the two figures. */
  readonly ratio?: number | undefined;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The label of a sum. */
const TOTAL = '  all';

type Cell = string | number;

/** The widths of the first column, of a database's three columns, and of the two that compare databases. */
const ONE_DATABASE = { label: 38, figures: [10, 10, 18], comparison: [] };
const SEVERAL_DATABASES = { label: 46, figures: [9, 9, 9], comparison: [10, 9] };

/** The figures as tables for people. The last database is compared with the first. */
export function table(reports: Reports): string {
  const isComparison = reports.length > 1;
  const { label: labelWidth, figures, comparison } = isComparison ? SEVERAL_DATABASES : ONE_DATABASE;
  const widths = [...reports.flatMap(() => figures), ...comparison];
  const line = (label: string, cells: readonly Cell[]) =>
    [label.padEnd(labelWidth), ...cells.map((cell, column) => `${cell}`.padStart(widths[column] ?? 0))]
      .join('')
      .trimEnd();

  const all = reports.map(({ report }) => sectionsOf(report));
  return [
    ...(isComparison ? databaseTitles(reports, line) : [line('', ['service', 'floor', 'service ÷ floor'])]),
    ...unique(all.flat().map(({ title }) => title)).flatMap((title) => {
      const rows = all.map((sections) => sections.find((section) => section.title === title)?.rows ?? []);
      const labels = unique(rows.flat().map(({ label }) => label)).toSorted(totalLast);
      return [
        ...(title === '' ? [] : ['', title]),
        ...labels.map((label) =>
          line(label, cellsOf(rows.map((own) => own.find((row) => row.label === label)))),
        ),
      ];
    }),
  ].join('\n');
}

function databaseTitles(reports: Reports, line: (label: string, cells: readonly Cell[]) => string): string[] {
  const names = reports.map(({ database }) => database ?? '');
  return [
    line('', [...names.flatMap((name) => ['', '', name]), '', `÷ ${names[0]}`]),
    line('', [...names.flatMap(() => ['service', 'floor', 'ratio']), 'service', 'floor']),
  ];
}

/** A row's cells, from the row of each database. A database without this row gets empty cells. */
function cellsOf(rows: readonly (Row | undefined)[]): Cell[] {
  const figures = rows.flatMap((row) =>
    row === undefined
      ? ['', '', '']
      : [row.service, row.floor, row.ratio ?? quotient(row.service, row.floor)],
  );
  if (rows.length === 1) return figures;
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [...figures, '', ''];
  return [...figures, quotient(last.service, first.service), quotient(last.floor, first.floor)];
}

function quotient(dividend: number, divisor: number): Cell {
  return divisor > 0 ? ratioOf(dividend, divisor) : '';
}

function sectionsOf({ service, floor, ratio }: Results): Section[] {
  const throughputs = Object.entries(service.throughputAt).map(([concurrency, throughput]) => ({
    label: `verifications/s, ${concurrency} at once`,
    service: throughput,
    floor: floor.throughputAt[concurrency] ?? 0,
    ratio: ratio.throughputAt[concurrency],
  }));
  const row = (label: string, figure: NumericFigure, ownRatio?: number): Row => {
    return { label, service: service[figure], floor: floor[figure], ratio: ownRatio };
  };
  const main = [
    ...throughputs,
    row('start p50, ms', 'startP50', ratio.startP50),
    row('start p99, ms', 'startP99'),
    row('check p50, ms', 'checkP50', ratio.checkP50),
    row('check p99, ms', 'checkP99', ratio.checkP99),
    row('CPU of the compared, ms', 'cpu', ratio.cpu),
    row('history events', 'historyEvents'),
    row('history bytes', 'historyBytes'),
  ];
  const cpu = Object.keys(service.cpuAt).map((concurrency) => ({
    title: `CPU for one verification, ms, ${concurrency} at once`,
    rows: breakdown(service.cpuAt[concurrency] ?? {}, floor.cpuAt[concurrency] ?? {}),
  }));
  return [{ title: '', rows: main }, ...cpu, ...serverSections(service.serverCosts, floor.serverCosts)];
}

type NumericFigure =
  'startP50' | 'startP99' | 'checkP50' | 'checkP99' | 'cpu' | 'historyEvents' | 'historyBytes';

function serverSections(
  service: Results['service']['serverCosts'],
  floor: Results['floor']['serverCosts'],
): Section[] {
  if (service === undefined || floor === undefined) return [];
  return [
    {
      title: 'requests to Temporal for one verification',
      rows: breakdown(service.requests, floor.requests),
    },
    {
      title: 'billable actions for one verification',
      rows: breakdown(service.actions, floor.actions),
    },
  ];
}

/** A row for each name, and their sum. */
function breakdown(service: Counters, floor: Counters): Row[] {
  const total = (counters: Counters) => Number(sum(Object.values(counters)).toFixed(2));
  return [
    ...unique([...Object.keys(service), ...Object.keys(floor)]).map((name) => ({
      label: `  ${name}`,
      service: service[name] ?? 0,
      floor: floor[name] ?? 0,
    })),
    { label: TOTAL, service: total(service), floor: total(floor) },
  ];
}

/** Compares labels: a sum comes after the names that only one of the databases has. */
function totalLast(one: string, other: string): number {
  return Number(one === TOTAL) - Number(other === TOTAL);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
