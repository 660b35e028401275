import { closedLoop } from './closed-loop';
import type { ReadCpuTime } from './cpu-time';
import { openLoop } from './open-loop';
import type { BenchSettings } from './options';
import type { Samples } from './results';
import { type BySide, type Side, type SideName, sideNames } from './side';
import { serverCosts } from './server-counters';
import { splitIntoRounds } from './statistics';
import type { RunReader } from './run-reader';

/** Code that has rarely run is slow. So both sides run before the measurement begins. */
const WARM_UP = { n: 200, concurrency: 8 };
/** The minimum size of a round, so that its start and end, with fewer concurrent callers, have little effect. */
const CLOSED_ROUND = { least: 30, leastPerCaller: 2 };
const OPEN_ROUND_SECONDS = 6;

export interface Measurement {
  sides: BySide<Side>;
  settings: BenchSettings;
  runs: RunReader;
  readCpuTime: ReadCpuTime;
  /** The Temporal server's Prometheus metrics. Undefined if they can't be read. */
  metricsUrl: string | undefined;
  /** Prints a line of progress. */
  print: (line: string) => void;
}

export async function measure(measurement: Measurement): Promise<BySide<Samples>> {
  const { sides, settings, runs, readCpuTime, metricsUrl, print } = measurement;
  const { concurrency, n, rate, seconds } = settings;
  const samples: BySide<Samples> = { service: noSamples(), floor: noSamples() };

  print('Warming up …');
  const warmUp = { ...WARM_UP, n: Math.min(WARM_UP.n, n) };
  await alternately(
    [warmUp],
    async (name, load) => void (await closedLoop(sides[name], load, runs, readCpuTime)),
  );

  for (const callers of concurrency) {
    print(`Closed loop, ${callers} at once: ${n} verifications of each side …`);
    const least = Math.max(CLOSED_ROUND.least, CLOSED_ROUND.leastPerCaller * callers);
    await alternately(splitIntoRounds(n, least), async (name, share) => {
      const loop = await closedLoop(sides[name], { n: share, concurrency: callers }, runs, readCpuTime);
      samples[name].closedLoops.push(loop);
      print(`  ${name}: ${(share / loop.seconds).toFixed(1)} a second`);
    });
  }

  print(`Open loop, ${rate} starts a second: ${rate * seconds} verifications of each side …`);
  await alternately(splitIntoRounds(seconds, OPEN_ROUND_SECONDS), async (name, share) => {
    samples[name].openLoops.push(await openLoop(sides[name], { n: rate * share, rate }));
    await sides[name].untilIdle();
  });

  if (metricsUrl !== undefined) {
    print('Counting requests to Temporal …');
    for (const name of sideNames) {
      samples[name].serverCosts = await serverCosts(sides[name], runs, metricsUrl);
    }
  }

  print('Reading the sizes of the histories …');
  for (const sample of Object.values(samples)) {
    for (const workflowId of workflowIdsOf(sample)) {
      sample.histories.push(await runs.historySize(workflowId));
    }
  }
  return samples;
}

function noSamples(): Samples {
  return { closedLoops: [], openLoops: [], serverCosts: undefined, histories: [] };
}

/** Runs each round on one side and then on the other, so that other work of the machine affects both. */
async function alternately<T>(rounds: T[], run: (name: SideName, round: T) => Promise<void>): Promise<void> {
  for (const round of rounds) {
    for (const name of sideNames) await run(name, round);
  }
}

function workflowIdsOf({ closedLoops, openLoops }: Samples): string[] {
  return [
    ...closedLoops.flatMap((loop) => loop.workflowIds),
    ...openLoops.flat().map((one) => one.workflowId),
  ];
}
