import pidusage from 'pidusage';
import { mapValues, type Counters } from './counters';
import { sum } from './statistics';

/** Reads the CPU time of processes since their start, by name, in milliseconds. */
export type ReadCpuTime = () => Promise<Counters>;

/** `pids`: process ids by name. Processes with the same name count together. */
export function cpuTimeReader(pids: Readonly<Record<string, readonly number[]>>): ReadCpuTime {
  return async () => {
    const usage = await pidusage(Object.values(pids).flat());
    return mapValues(pids, (all) => sum(all.map((pid) => usage[pid]?.ctime ?? 0)));
  };
}
