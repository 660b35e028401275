import type { ClosedLoop } from './closed-loop';
import type { AnswerTimes } from './open-loop';
import type { BySide } from './side';
import { percentile, sum } from './statistics';

/** The measurements of one side. */
export interface Samples {
  /** One entry for each round. */
  closedLoops: ClosedLoop[];
  openLoop: AnswerTimes[];
  /** The number of events of each verification. */
  historyLengths: number[];
}

/** Throughputs are in verifications a second, times in milliseconds. */
export interface Figures {
  /** At the highest concurrency. */
  throughput: number;
  /** At each concurrency. */
  throughputAt: Record<string, number>;
  startP50: number;
  startP99: number;
  checkP50: number;
  checkP99: number;
  /** The average of one verification. If it differs between the sides, the comparison is wrong. */
  historyEvents: number;
}

export interface Results extends BySide<Figures> {
  /** Service ÷ floor. */
  ratio: Pick<Figures, 'throughput' | 'startP50' | 'checkP50' | 'checkP99'>;
}

export function summarize(samples: BySide<Samples>): Results {
  const service = figuresOf(samples.service);
  const floor = figuresOf(samples.floor);
  return {
    service,
    floor,
    ratio: {
      throughput: ratioOf(service.throughput, floor.throughput),
      startP50: ratioOf(service.startP50, floor.startP50),
      checkP50: ratioOf(service.checkP50, floor.checkP50),
      checkP99: ratioOf(service.checkP99, floor.checkP99),
    },
  };
}

export function ratioOf(service: number, floor: number): number {
  return round(service / floor, 3);
}

function figuresOf({ closedLoops, openLoop, historyLengths }: Samples): Figures {
  const start = openLoop.map(({ startMs }) => startMs);
  const check = openLoop.map(({ checkMs }) => checkMs);
  const concurrencies = [...new Set(closedLoops.map(({ concurrency }) => concurrency))];
  const throughputAt = Object.fromEntries(
    concurrencies.map((concurrency) => [concurrency, throughputOf(closedLoops, concurrency)]),
  );
  return {
    throughput: throughputAt[Math.max(...concurrencies)] ?? 0,
    throughputAt,
    startP50: round(percentile(start, 0.5), 2),
    startP99: round(percentile(start, 0.99), 2),
    checkP50: round(percentile(check, 0.5), 2),
    checkP99: round(percentile(check, 0.99), 2),
    historyEvents: round(sum(historyLengths) / historyLengths.length, 2),
  };
}

/** The throughput of all rounds together. */
function throughputOf(closedLoops: ClosedLoop[], concurrency: number): number {
  const rounds = closedLoops.filter((loop) => loop.concurrency === concurrency);
  return round(sum(rounds.map(({ n }) => n)) / sum(rounds.map(({ seconds }) => seconds)), 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
