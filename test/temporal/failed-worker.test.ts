import type { Worker } from '@temporalio/worker';
import { failedWithoutEnd } from '../../src/temporal/failed-worker';

type State = ReturnType<Worker['getState']>;

/** A worker that has these states, the next one at each question, and then the last one. */
function workerWith(states: State[], last: State) {
  const asked: State[] = [];
  const getState = (): State => {
    asked.push(states[asked.length] ?? last);
    return asked.at(-1) ?? last;
  };
  return { asked, getState };
}

test('a worker that has failed and does not end is reported', async () => {
  const worker = workerWith(['RUNNING'], 'FAILED');
  await expect(failedWithoutEnd(worker, 1, 10)).rejects.toThrow('the Temporal SDK has failed');
  expect(worker.asked).toEqual(['RUNNING', 'FAILED']);
});

test('a worker that stops after a signal is not', async () => {
  const worker = workerWith(['RUNNING', 'STOPPING', 'DRAINED'], 'STOPPED');
  const reported = failedWithoutEnd(worker, 1, 10).catch(() => 'reported');
  // Later than the checks of the other worker, which asks as often.
  const failing = workerWith(['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING'], 'FAILED');
  const other = failedWithoutEnd(failing, 1, 10).catch(() => 'the other worker');
  expect(await Promise.race([reported, other])).toBe('the other worker');
  expect(worker.asked.slice(0, 4)).toEqual(['RUNNING', 'STOPPING', 'DRAINED', 'STOPPED']);
  // Ends its checks.
  worker.getState = () => 'FAILED';
  expect(await reported).toBe('reported');
});
