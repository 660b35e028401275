import { Bound } from '../bound';
import { BoundByKey } from '../bound-by-key';

/** More starts that talk to Temporal at once would only make each of them slower, until their deadlines pass. */
const STARTS = { name: 'starts', maxRunning: 20, maxAccepted: 200, maxWaitMs: 4_000 };
/** Starts of one number that run or wait. They take one place among the starts of all numbers. */
const STARTS_OF_NUMBER = { name: 'starts-of-number', maxRunning: 1, maxAccepted: 150, maxWaitMs: 4_000 };

/** Runs one start when it is its turn. */
export type StartQueue = <T>(workflowId: string, start: () => Promise<T>) => Promise<T>;

/**
 * Bounds the starts of this process. Those of one number run one by one, so that they do not race each other, and so
 * that many starts of one number do not delay those of others.
 * Above the bounds, the function throws VerificationError `temporal_unavailable`, and `start` does not run.
 */
export function createStartQueue(): StartQueue {
  const all = new Bound(STARTS);
  const numbers = new BoundByKey(STARTS_OF_NUMBER);
  return (workflowId, start) => numbers.run(workflowId, () => all.run(start));
}
