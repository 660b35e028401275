import { ratioOf, type Results } from './results';

type Row = [label: string, service: number, floor: number];

/** The figures as a table for people. */
export function table({ service, floor }: Results): string {
  const throughputs = Object.entries(service.throughputAt).map(([concurrency, throughput]): Row => {
    return [`verifications/s, ${concurrency} at once`, throughput, floor.throughputAt[concurrency] ?? 0];
  });
  const rows: Row[] = [
    ...throughputs,
    ['start p50, ms', service.startP50, floor.startP50],
    ['start p99, ms', service.startP99, floor.startP99],
    ['check p50, ms', service.checkP50, floor.checkP50],
    ['check p99, ms', service.checkP99, floor.checkP99],
    ['history events', service.historyEvents, floor.historyEvents],
  ];
  return [
    line('', 'service', 'floor', 'service ÷ floor'),
    ...rows.map(([label, ofService, ofFloor]) =>
      line(label, `${ofService}`, `${ofFloor}`, ratioOf(ofService, ofFloor).toFixed(2)),
    ),
  ].join('\n');
}

function line(label: string, ...cells: string[]): string {
  const [service = '', floor = '', ratio = ''] = cells;
  return `${label.padEnd(28)}${service.padStart(10)}${floor.padStart(10)}${ratio.padStart(18)}`;
}
