import { Mutex, Semaphore } from 'async-mutex';
import { tooMuchAtOnce } from './workflow-calls';

/** Starts that a process has in hand at once, those that wait for their turn included. */
const MAX_STARTS = 200;
/** Of those, how many talk to Temporal: more at once would only make each of them slower, until their deadlines pass. */
const MAX_CONCURRENT_STARTS = 20;
/** A start whose turn comes later than this is refused: its caller may be gone. */
const MAX_WAIT_MS = 4_000;

/** Runs one start when it is its turn. */
export type InTurn = <T>(workflowId: string, start: () => Promise<T>) => Promise<T>;

/**
 * Bounds the starts of this process. Those of one number run one by one, so that they do not race each other.
 * The function throws VerificationError `temporal_unavailable`, at once and before `start` runs, for what is too much.
 */
export function createStartQueue(): InTurn {
  const mutexes = new Map<string, Mutex>();
  const slots = new Semaphore(MAX_CONCURRENT_STARTS);
  let starts = 0;

  return async function inTurn(workflowId, start) {
    if (starts >= MAX_STARTS) throw tooMuchAtOnce('starts');
    starts++;
    const giveUpAt = Date.now() + MAX_WAIT_MS;
    try {
      return await alone(workflowId, () =>
        slots.runExclusive(() => {
          if (Date.now() > giveUpAt) throw tooMuchAtOnce('starts');
          return start();
        }),
      );
    } finally {
      starts--;
    }
  };

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
