import { withNewSignals } from '../../../src/gateway/state/with-new-signals';

/** A poll that the test ends. It fails when its signal aborts, as the calls of Temporal's SDK do. */
function controlledPoll() {
  const signals: AbortSignal[] = [];
  let end = (_value: string): void => {};
  const poll = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      signals.push(signal);
      end = resolve;
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  return { signals, poll, end: (value: string) => end(value) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a poll that takes long gets a new signal again and again, and its result counts', async () => {
  const { signals, poll, end } = controlledPoll();
  const result = withNewSignals(new AbortController().signal, 1_000, poll);
  await jest.advanceTimersByTimeAsync(2_500);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  end('over');
  expect(await result).toBe('over');
  expect(jest.getTimerCount()).toBe(0);
});

test('it ends when it is stopped', async () => {
  const { signals, poll } = controlledPoll();
  const stop = new AbortController();
  const result = withNewSignals(stop.signal, 1_000, poll);
  await jest.advanceTimersByTimeAsync(1_500);
  stop.abort();
  await expect(result).rejects.toThrow('stopped');
  expect(signals).toHaveLength(2);
  expect(jest.getTimerCount()).toBe(0);
});

test('a failure of the poll is not repeated', async () => {
  const poll = jest.fn(async () => Promise.reject(new Error('failed')));
  await expect(withNewSignals(new AbortController().signal, 1_000, poll)).rejects.toThrow('failed');
  expect(poll).toHaveBeenCalledTimes(1);
});
