import { Bound } from './bound';

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
  const numbers = new Map<string, { readonly bound: Bound; starts: number }>();

  return async function runInTurn(workflowId, start) {
    const number = numbers.get(workflowId) ?? { bound: new Bound(STARTS_OF_NUMBER), starts: 0 };
    numbers.set(workflowId, number);
    number.starts++;
    try {
      return await number.bound.run(() => all.run(start));
    } finally {
      number.starts--;
      if (number.starts === 0) numbers.delete(workflowId);
    }
  };
}
