import type { ClosedLoop } from './closed-loop';
import type { Answered } from './open-loop';
import type { BySide } from './side';
import { percentile, sum } from './statistics';

/** What was measured of one side. */
export interface Samples {
  /** Round by round. */
  closedLoops: ClosedLoop[];
  openLoop: Answered[];
  /** The number of events of each verification. */
  historyLengths: number[];
}

/** Verifications a second, and milliseconds. */
export interface Figures {
  /** At the highest concurrency. */
  throughput: number;
  /** At each concurrency. */
  throughputAt: Record<string, number>;
  startP50: number;
  startP99: number;
  checkP50: number;
  checkP99: number;
  /** Of one verification, on average: the same on both sides, or the floor is none. */
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

/** Of all rounds together. */
function throughputOf(closedLoops: ClosedLoop[], concurrency: number): number {
  const rounds = closedLoops.filter((loop) => loop.concurrency === concurrency);
  return round(sum(rounds.map(({ n }) => n)) / sum(rounds.map(({ seconds }) => seconds)), 2);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
