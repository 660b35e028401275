import { pidtree } from 'pidtree';
import pidusage from 'pidusage';
import { mapValues, type Counters } from './counters';
import { sum } from './statistics';

/** Reads the CPU time of processes since their start, by name, in milliseconds. */
export type ReadCpuTime = () => Promise<Counters>;

/** PostgreSQL has a process for each connection. */
const WITH_CHILDREN = ['postgres'];

/** `pids`: process ids by name. Processes with the same name count together. */
export function cpuTimeReader(pids: Readonly<Record<string, readonly number[]>>): ReadCpuTime {
  /** By process id. Also of children that have ended, so that no sum gets smaller. */
  const cpuMs = new Map<number, number>();
  const all = new Map(Object.entries(pids).map(([name, own]) => [name, new Set(own)]));
  return async () => {
    for (const name of WITH_CHILDREN) {
      for (const pid of pids[name] ?? []) {
        for (const child of await pidtree(pid)) all.get(name)?.add(child);
      }
    }
    const every = [...all.values()].flatMap((ids) => [...ids]);
    const usage = await pidusage(every);
    // A process that has ended has no usage.
    for (const pid of every) cpuMs.set(pid, usage[pid]?.ctime ?? cpuMs.get(pid) ?? 0);
    return mapValues(Object.fromEntries(all), (ids) => sum([...ids].map((pid) => cpuMs.get(pid) ?? 0)));
  };
}
