import pidusage from 'pidusage';
import type { Counters } from './counters';

/** Reads the CPU time of each process since its start, in milliseconds. */
export type ReadCpuTime = () => Promise<Counters>;

/** `pids`: process ids by name. */
export function cpuTimeReader(pids: Readonly<Record<string, number>>): ReadCpuTime {
  return async () => {
    const usage = await pidusage(Object.values(pids));
    return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usage[pid]?.ctime ?? 0]));
  };
}
