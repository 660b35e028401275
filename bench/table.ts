import type { Counters } from './counters';
import { ratioOf, type Results } from './results';
import { sum } from './statistics';

/** The figures as tables for people. */
export function table({ service, floor, ratio }: Results): string {
  const throughputs = Object.entries(service.throughputAt).map(([concurrency, throughput]) =>
    line(
      `verifications/s, ${concurrency} at once`,
      throughput,
      floor.throughputAt[concurrency] ?? 0,
      ratio.throughputAt[concurrency],
    ),
  );
  return [
    line('', 'service', 'floor', 'service ÷ floor'),
    ...throughputs,
    line('start p50, ms', service.startP50, floor.startP50, ratio.startP50),
    line('start p99, ms', service.startP99, floor.startP99),
    line('check p50, ms', service.checkP50, floor.checkP50, ratio.checkP50),
    line('check p99, ms', service.checkP99, floor.checkP99, ratio.checkP99),
    line('CPU of the compared, ms', service.cpu, floor.cpu, ratio.cpu),
    line('history events', service.historyEvents, floor.historyEvents),
    line('history bytes', service.historyBytes, floor.historyBytes),
    ...Object.keys(service.cpuAt).flatMap((concurrency) => [
      '',
      `CPU for one verification, ms, ${concurrency} at once`,
      ...breakdown(service.cpuAt[concurrency] ?? {}, floor.cpuAt[concurrency] ?? {}),
    ]),
    ...(service.serverCosts && floor.serverCosts
      ? [
          '',
          'requests to Temporal for one verification',
          ...breakdown(service.serverCosts.requests, floor.serverCosts.requests),
          '',
          'billable actions for one verification',
          ...breakdown(service.serverCosts.actions, floor.serverCosts.actions),
        ]
      : []),
  ].join('\n');
}

/** A line for each name, and their sum. */
function breakdown(service: Counters, floor: Counters): string[] {
  const names = [...new Set([...Object.keys(service), ...Object.keys(floor)])];
  const total = (counters: Counters) => Number(sum(Object.values(counters)).toFixed(2));
  return [
    ...names.map((name) => line(`  ${name}`, service[name] ?? 0, floor[name] ?? 0)),
    line('  all', total(service), total(floor)),
  ];
}

function line(
  label: string,
  service: string | number,
  floor: string | number,
  ratio?: string | number,
): string {
  const quotient =
    ratio ??
    (typeof service === 'number' && typeof floor === 'number' && floor > 0 ? ratioOf(service, floor) : '');
  return `${label.padEnd(38)}${`${service}`.padStart(10)}${`${floor}`.padStart(10)}${`${quotient}`.padStart(18)}`;
}
