import { LOAD, type ClosedLoop } from './closed-loop';
import { mapValues, type Counters } from './counters';
import type { AnswerTimes } from './open-loop';
import type { HistorySize } from './run-reader';
import type { ServerCosts } from './server-counters';
import type { BySide, SideName } from './side';
import { median, percentile, sum } from './statistics';

/** The measurements of one side. */
export interface Samples {
  /** One entry for each round, in the same order on both sides. */
  closedLoops: ClosedLoop[];
  /** One entry for each round, in the same order on both sides. */
  openLoops: AnswerTimes[][];
  /** Undefined if the Temporal server's metrics can't be read. */
  serverCosts: ServerCosts | undefined;
  histories: HistorySize[];
}

/** Throughputs are in verifications a second, times in milliseconds. Each is the median of the rounds. */
export interface Figures {
  /** At the highest concurrency. */
  throughput: number;
  /** At each concurrency. */
  throughputAt: Record<string, number>;
  /** The CPU time for one verification, at the highest concurrency: of API and worker; on the floor, client and worker. */
  cpu: number;
  /** The CPU time for one verification of each process, at each concurrency. */
  cpuAt: Record<string, Counters>;
  startP50: number;
  /** Of all rounds together, as `checkP99`: a round has too few answers for it. */
  startP99: number;
  checkP50: number;
  checkP99: number;
  /** The average of one verification. If it differs between the sides, the comparison is wrong. */
  historyEvents: number;
  /** The average of one verification. */
  historyBytes: number;
  /** Undefined if the Temporal server's metrics can't be read. */
  serverCosts: ServerCosts | undefined;
}

/** Service ÷ floor: the median of the rounds' ratios. A p99 is that of all rounds. */
export type Ratio = Pick<
  Figures,
  'throughput' | 'throughputAt' | 'cpu' | 'startP50' | 'checkP50' | 'checkP99'
>;

export interface Results extends BySide<Figures> {
  ratio: Ratio;
}

/** The processes whose CPU time is compared. On the floor, the load generator is the client. */
const COMPARED: BySide<readonly string[]> = { service: ['api', 'worker'], floor: [LOAD, 'floor-worker'] };
/** The processes that work for both sides. */
const SHARED = ['temporal', 'postgres'];
/** The processes that work for a side. */
const WORKING: BySide<readonly string[]> = {
  service: ['api', 'worker', 'sandbox', LOAD, ...SHARED],
  floor: [LOAD, 'floor-worker', ...SHARED],
};

export function summarize({ service, floor }: BySide<Samples>): Results {
  const [ofService, ofFloor] = [roundsOf('service', service), roundsOf('floor', floor)];
  const figures = { service: figuresOf(ofService), floor: figuresOf(ofFloor) };
  const highest = highestOf(ofService);
  const throughputAt = mapValues(ofService.closed, (rounds, at) =>
    medianRatio(rounds, ofFloor.closed[at] ?? [], (one) => one.throughput),
  );
  return {
    ...figures,
    ratio: {
      throughput: throughputAt[highest] ?? 0,
      throughputAt,
      cpu: medianRatio(ofService.closed[highest] ?? [], ofFloor.closed[highest] ?? [], (one) => one.compared),
      startP50: medianRatio(ofService.open, ofFloor.open, (one) => one.startP50),
      checkP50: medianRatio(ofService.open, ofFloor.open, (one) => one.checkP50),
      checkP99: ratioOf(figures.service.checkP99, figures.floor.checkP99),
    },
  };
}

export function ratioOf(service: number, floor: number): number {
  return round(service / floor, 3);
}

/** One round of a closed loop. The CPU times are those of one verification, in milliseconds. */
interface ClosedRound {
  throughput: number;
  compared: number;
  cpuMs: Counters;
}

interface Rounds {
  /** By concurrency. */
  closed: Record<string, ClosedRound[]>;
  open: { startP50: number; checkP50: number }[];
  answers: AnswerTimes[];
  serverCosts: ServerCosts | undefined;
  histories: HistorySize[];
}

function roundsOf(side: SideName, { closedLoops, openLoops, ...others }: Samples): Rounds {
  const closed: Rounds['closed'] = {};
  for (const loop of closedLoops) (closed[loop.concurrency] ??= []).push(closedRound(side, loop));
  const open = openLoops.map((answers) => ({
    startP50: percentile(
      answers.map(({ startMs }) => startMs),
      0.5,
    ),
    checkP50: percentile(
      answers.map(({ checkMs }) => checkMs),
      0.5,
    ),
  }));
  return { closed, open, answers: openLoops.flat(), ...others };
}

function closedRound(side: SideName, { n, seconds, cpuMs }: ClosedLoop): ClosedRound {
  const all = mapValues(cpuMs, (ms) => ms / n);
  const working = Object.entries(all).filter(([name]) => WORKING[side].includes(name));
  return {
    throughput: n / seconds,
    compared: sum(COMPARED[side].map((name) => all[name] ?? 0)),
    cpuMs: Object.fromEntries(working),
  };
}

function figuresOf({ closed, open, answers, serverCosts, histories }: Rounds): Figures {
  const highest = closed[highestOf({ closed })] ?? [];
  const medianOf = <T>(rounds: T[], value: (one: T) => number) => round(median(rounds.map(value)), 2);
  const p99 = (value: (one: AnswerTimes) => number) => round(percentile(answers.map(value), 0.99), 2);
  const average = (value: (one: HistorySize) => number) => sum(histories.map(value)) / histories.length;
  return {
    throughput: medianOf(highest, (one) => one.throughput),
    throughputAt: mapValues(closed, (rounds) => medianOf(rounds, (one) => one.throughput)),
    cpu: medianOf(highest, (one) => one.compared),
    cpuAt: mapValues(closed, (rounds) => medians(rounds.map(({ cpuMs }) => cpuMs))),
    startP50: medianOf(open, (one) => one.startP50),
    startP99: p99(({ startMs }) => startMs),
    checkP50: medianOf(open, (one) => one.checkP50),
    checkP99: p99(({ checkMs }) => checkMs),
    historyEvents: round(
      average(({ events }) => events),
      2,
    ),
    historyBytes: Math.round(average(({ bytes }) => bytes)),
    serverCosts,
  };
}

/** The median of each process. */
function medians(rounds: readonly Counters[]): Counters {
  const names = [...new Set(rounds.flatMap((counters) => Object.keys(counters)))];
  const all = names.map((name): [string, number] => [
    name,
    round(median(rounds.map((counters) => counters[name] ?? 0)), 2),
  ]);
  return Object.fromEntries(all);
}

function medianRatio<T>(service: readonly T[], floor: readonly T[], value: (one: T) => number): number {
  const ratios = service.flatMap((one, index) => {
    const other = floor[index];
    return other === undefined ? [] : [value(one) / value(other)];
  });
  return round(median(ratios), 3);
}

function highestOf({ closed }: Pick<Rounds, 'closed'>): string {
  return `${Math.max(...Object.keys(closed).map(Number))}`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
