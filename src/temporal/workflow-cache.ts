const MIB = 2 ** 20;
/** Measured (docs/scaling.md): a worker without verifications, and each verification that it keeps in memory. */
export const WORKER_MIB = 200;
export const VERIFICATION_MIB = 0.25;
/** Of a container's memory, which is for the worker alone. */
const CONTAINER_SHARE = 0.75;
/** Of a machine's memory, which the worker shares with other processes. */
const MACHINE_SHARE = 0.25;
const LEAST = 100;
/** About as many as one worker can start in a window of 90 s. */
const MOST = 10_000;

/** Memory in bytes. `container` is 0 or undefined, or larger than `machine`, if the process has no limit of its own. */
export interface AvailableMemory {
  readonly container: number | undefined;
  readonly machine: number;
}

/**
 * How many open verifications a worker keeps in memory. The next task of any other takes about 15 ms more: the worker
 * reads its history and replays it. The SDK's default follows V8's heap limit, and a verification is mostly outside of
 * the heap: in a container of 512 MiB it would keep 34.
 */
export function maxCachedWorkflows({ container, machine }: AvailableMemory): number {
  const hasLimit = container !== undefined && container > 0 && container < machine;
  const usable = hasLimit ? CONTAINER_SHARE * container : MACHINE_SHARE * machine;
  const fitting = Math.floor((usable / MIB - WORKER_MIB) / VERIFICATION_MIB);
  return Math.min(Math.max(fitting, LEAST), MOST);
}
