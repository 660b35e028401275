import { inParallel } from '../closed-loop';
import type { Side, Started } from '../side';
import { percentile } from '../statistics';
import type { Memory } from './memory';

export interface MemorySettings {
  /** The numbers of open verifications, each larger than the one before. */
  readonly open: readonly number[];
  /** How many verifications the two waves have together. */
  readonly soak: number;
}

/** How long a check took, in ms. */
export interface CheckTimes {
  readonly p50: number;
  readonly p95: number;
}

export interface GrowthStep {
  readonly open: number;
  readonly memory: Memory;
  readonly checkOldest: CheckTimes;
  readonly checkNewest: CheckTimes;
}

export interface MemoryReport {
  /** At the start, and after each of the two waves. */
  readonly soak: readonly { readonly ended: number; readonly memory: Memory }[];
  readonly growth: readonly GrowthStep[];
}

const CALLERS = 16;
/** The oldest and the newest of each step are checked. They are open before the check, and not after it. */
const CHECKED = 25;
export const LEAST_OPEN = 2 * CHECKED;

/** Measures the service that `side` reaches. First verifications that end, then verifications that stay open. */
export async function measure(
  side: Side,
  { open, soak }: MemorySettings,
  readMemory: () => Promise<Memory>,
  print: (line: string) => void,
): Promise<MemoryReport> {
  const afterWaves = [{ ended: 0, memory: await readMemory() }];
  for (const ended of [Math.floor(soak / 2), soak]) {
    print(`${ended} verifications from start to end …`);
    await inParallel(CALLERS, ended - (afterWaves.at(-1)?.ended ?? 0), async () => {
      const { messageArrived, check } = await side.start();
      await messageArrived;
      await check();
    });
    await side.untilIdle();
    afterWaves.push({ ended, memory: await readMemory() });
  }

  const growth: GrowthStep[] = [];
  /** The oldest first. */
  const started: Started[] = [];
  for (const target of open) {
    print(`${target} open verifications …`);
    await inParallel(CALLERS, target - started.length, async () => {
      const one = await side.start();
      await one.messageArrived;
      started.push(one);
    });
    await side.untilIdle();
    const memory = await readMemory();
    const checkOldest = await checkAll(started.splice(0, CHECKED));
    const checkNewest = await checkAll(started.splice(-CHECKED));
    growth.push({ open: target, memory, checkOldest, checkNewest });
  }
  return { soak: afterWaves, growth };
}

/** One check after the other. */
async function checkAll(verifications: readonly Started[]): Promise<CheckTimes> {
  const times: number[] = [];
  for (const { check } of verifications) {
    const begin = performance.now();
    await check();
    times.push(performance.now() - begin);
  }
  const at = (share: number) => Math.round(10 * percentile(times, share)) / 10;
  return { p50: at(0.5), p95: at(0.95) };
}
