import { closedLoop } from './closed-loop';
import type { Installation } from './installation';
import { openLoop } from './open-loop';
import type { BenchSettings } from './options';
import type { Samples } from './results';
import { type BySide, sideNames } from './side';
import { serverCosts } from './server-counters';
import { splitIntoRounds } from './statistics';

/** Code that has rarely run is slow. So both sides run before the measurement begins. */
const WARM_UP = { n: 200, concurrency: 8 };
/** The minimum size of a round, so that its start and end, with fewer concurrent callers, have little effect. */
const CLOSED_ROUND = { least: 30, leastPerCaller: 2 };
const OPEN_ROUND_SECONDS = 6;

export interface Measurement {
  readonly installation: Installation;
  readonly samples: BySide<Samples>;
}

/** Measures the sides of all installations in turns. Prints lines of progress. */
export async function measure(
  installations: readonly Installation[],
  { concurrency, n, rate, seconds }: BenchSettings,
  print: (line: string) => void,
): Promise<Measurement[]> {
  const measurements = installations.map((installation): Measurement => {
    return { installation, samples: { service: noSamples(), floor: noSamples() } };
  });
  const contenders = measurements.flatMap((measurement) =>
    contendersOf(measurement, measurements.length > 1),
  );

  print('Warming up …');
  const warmUp = { ...WARM_UP, n: Math.min(WARM_UP.n, n) };
  await alternately(
    contenders,
    [warmUp],
    async ({ side, runs, readCpuTime }, load) => void (await closedLoop(side, load, runs, readCpuTime)),
  );

  for (const callers of concurrency) {
    print(`Closed loop, ${callers} at once: ${n} verifications of each side …`);
    const least = Math.max(CLOSED_ROUND.least, CLOSED_ROUND.leastPerCaller * callers);
    const rounds = splitIntoRounds(n, least);
    await alternately(contenders, rounds, async ({ label, side, runs, readCpuTime, samples }, share) => {
      const loop = await closedLoop(side, { n: share, concurrency: callers }, runs, readCpuTime);
      samples.closedLoops.push(loop);
      print(`  ${label}: ${(share / loop.seconds).toFixed(1)} a second`);
    });
  }

  print(`Open loop, ${rate} starts a second: ${rate * seconds} verifications of each side …`);
  await alternately(
    contenders,
    splitIntoRounds(seconds, OPEN_ROUND_SECONDS),
    async ({ side, samples }, share) => {
      samples.openLoops.push(await openLoop(side, { n: rate * share, rate }));
      await side.untilIdle();
    },
  );

  if (contenders.some(({ temporal }) => temporal.metricsUrl !== undefined)) {
    print('Counting requests to Temporal …');
  }
  for (const { side, runs, temporal, samples } of contenders) {
    if (temporal.metricsUrl === undefined) continue;
    samples.serverCosts = await serverCosts(side, runs, temporal.metricsUrl);
  }

  print('Reading the sizes of the histories …');
  for (const { runs, samples } of contenders) {
    for (const workflowId of workflowIdsOf(samples)) {
      samples.histories.push(await runs.historySize(workflowId));
    }
  }
  return measurements;
}

function noSamples(): Samples {
  return { closedLoops: [], openLoops: [], serverCosts: undefined, histories: [] };
}

/** The two sides of an installation, each with what measures it. */
function contendersOf({ installation, samples }: Measurement, isComparison: boolean) {
  const { database, sides } = installation;
  return sideNames.map((name) => ({
    ...installation,
    label: isComparison ? `${database}, ${name}` : name,
    side: sides[name],
    samples: samples[name],
  }));
}

/** Runs each round with one contender after the other, so that other work of the machine affects all. */
async function alternately<Contender, Round>(
  contenders: readonly Contender[],
  rounds: readonly Round[],
  run: (contender: Contender, round: Round) => Promise<void>,
): Promise<void> {
  for (const round of rounds) {
    for (const contender of contenders) await run(contender, round);
  }
}

function workflowIdsOf({ closedLoops, openLoops }: Samples): string[] {
  return [
    ...closedLoops.flatMap((loop) => loop.workflowIds),
    ...openLoops.flat().map((one) => one.workflowId),
  ];
}
