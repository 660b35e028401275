import { closedLoop } from './closed-loop';
import { openLoop } from './open-loop';
import type { BenchSettings } from './options';
import type { Samples } from './results';
import { type BySide, type Side, type SideName, sideNames } from './side';
import { splitIntoRounds } from './statistics';
import type { Traces } from './traces';

/** Code that has not run often is slow: both sides get warm before anything counts. */
const WARM_UP = { n: 200, concurrency: 8 };
/** Long enough that a round's start and end, when fewer are under way, weigh little. */
const CLOSED_ROUND = { least: 30, leastPerCaller: 2 };
const OPEN_ROUND_SECONDS = 6;

export interface Measurement {
  sides: BySide<Side>;
  settings: BenchSettings;
  traces: Traces;
  /** Takes a line of progress. */
  print: (line: string) => void;
}

export async function measure({ sides, settings, traces, print }: Measurement): Promise<BySide<Samples>> {
  const { concurrency, n, rate, seconds } = settings;
  const samples: BySide<Samples> = { service: noSamples(), floor: noSamples() };

  print('Warming up …');
  const warmUp = { ...WARM_UP, n: Math.min(WARM_UP.n, n) };
  await inTurns([warmUp], async (name, load) => void (await closedLoop(sides[name], load, traces)));

  for (const callers of concurrency) {
    print(`Closed loop, ${callers} at once: ${n} verifications of each side …`);
    const least = Math.max(CLOSED_ROUND.least, CLOSED_ROUND.leastPerCaller * callers);
    await inTurns(splitIntoRounds(n, least), async (name, share) => {
      const loop = await closedLoop(sides[name], { n: share, concurrency: callers }, traces);
      samples[name].closedLoops.push(loop);
      print(`  ${name}: ${(share / loop.seconds).toFixed(1)} a second`);
    });
  }

  print(`Open loop, ${rate} starts a second: ${rate * seconds} verifications of each side …`);
  await inTurns(splitIntoRounds(seconds, OPEN_ROUND_SECONDS), async (name, share) => {
    samples[name].openLoop.push(...(await openLoop(sides[name], { n: rate * share, rate })));
  });

  print('Counting the events that they left …');
  for (const sample of Object.values(samples)) {
    for (const workflowId of workflowIdsOf(sample)) {
      sample.historyLengths.push(await traces.historyLength(workflowId));
    }
  }
  return samples;
}

function noSamples(): Samples {
  return { closedLoops: [], openLoop: [], historyLengths: [] };
}

/** The sides take turns, so that whatever else the machine does hits both. */
async function inTurns<T>(rounds: T[], run: (name: SideName, round: T) => Promise<void>): Promise<void> {
  for (const round of rounds) {
    for (const name of sideNames) await run(name, round);
  }
}

function workflowIdsOf({ closedLoops, openLoop: answered }: Samples): string[] {
  return [
    ...closedLoops.flatMap(({ workflowIds }) => workflowIds),
    ...answered.map(({ workflowId }) => workflowId),
  ];
}
