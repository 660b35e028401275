import pidusage from 'pidusage';
import { readHeaps } from './inspector';

/** In MiB. The heaps are measured after a garbage collection, the resident memory right after that. */
export interface Memory {
  readonly apiResident: number;
  readonly apiHeap: number;
  readonly workerResident: number;
  readonly workerHeap: number;
  /** The heap of the thread in which the SDK runs the workflows. */
  readonly workflowHeap: number;
}

const MIB = 2 ** 20;

/** `pids` and `inspectPorts`: of the API and the worker. */
export function memoryReader(
  pids: Readonly<Record<string, readonly number[]>>,
  inspectPorts: { readonly api: number; readonly worker: number },
): () => Promise<Memory> {
  const resident = async (name: 'api' | 'worker') => {
    const usage = await pidusage([...(pids[name] ?? [])]);
    return Object.values(usage).reduce((total, { memory }) => total + memory, 0);
  };
  return async () => {
    const [api, worker] = await Promise.all([readHeaps(inspectPorts.api), readHeaps(inspectPorts.worker)]);
    return {
      apiResident: inMib(await resident('api')),
      apiHeap: inMib(api.main.usedSize),
      workerResident: inMib(await resident('worker')),
      workerHeap: inMib(worker.main.usedSize),
      workflowHeap: inMib(Math.max(...worker.threads.map(({ usedSize }) => usedSize))),
    };
  };
}

function inMib(bytes: number): number {
  return Math.round((10 * bytes) / MIB) / 10;
}
