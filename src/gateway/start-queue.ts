import { Mutex } from 'async-mutex';
import { Bound } from './bound';

/** More starts that talk to Temporal at once would only make each of them slower, until their deadlines pass. */
const STARTS = { name: 'starts', maxRunning: 20, maxAccepted: 200, maxWaitMs: 4_000 };

/** Runs one start when it is its turn. */
export type InTurn = <T>(workflowId: string, start: () => Promise<T>) => Promise<T>;

/**
 * Bounds the starts of this process. Those of one number run one by one, so that they do not race each other.
 * The function throws VerificationError `temporal_unavailable`, before `start` runs, for what is too much.
 */
export function createStartQueue(): InTurn {
  const accepted = new Bound({ ...STARTS, maxRunning: STARTS.maxAccepted });
  const running = new Bound(STARTS);
  const mutexes = new Map<string, Mutex>();

  return (workflowId, start) => accepted.run(() => alone(workflowId, () => running.run(start)));

  async function alone<T>(workflowId: string, fn: () => Promise<T>): Promise<T> {
    const mutex = mutexes.get(workflowId) ?? new Mutex();
    mutexes.set(workflowId, mutex);
    try {
      return await mutex.runExclusive(fn);
    } finally {
      if (!mutex.isLocked()) mutexes.delete(workflowId);
    }
  }
}
