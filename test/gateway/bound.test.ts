import { Bound } from '../../src/gateway/bound';

/** Calls that the test ends. */
function controlledCalls() {
  const ends: (() => void)[] = [];
  const call = () => new Promise<string>((resolve) => ends.push(() => resolve('done')));
  return { ends, call };
}

afterEach(() => jest.useRealTimers());

const refusal = { code: 'temporal_unavailable', refusal: { limit: 'calls' } };

test('maxRunning calls run, further calls wait, and calls above maxAccepted are refused at once', async () => {
  const bound = new Bound({ name: 'calls', maxRunning: 2, maxAccepted: 3, maxWaitMs: 60_000 });
  const { ends, call } = controlledCalls();
  const accepted = [bound.run(call), bound.run(call), bound.run(call)];
  await expect(bound.run(call)).rejects.toMatchObject(refusal);
  expect(ends).toHaveLength(2);
  ends[0]?.();
  await accepted[0];
  expect(ends).toHaveLength(3);
  const later = bound.run(call);
  for (const end of ends.splice(1)) end();
  await Promise.all(accepted);
  ends.at(-1)?.();
  expect(await later).toBe('done');
});

test('a call that waits too long is refused and never runs', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  const bound = new Bound({ name: 'calls', maxRunning: 1, maxAccepted: 2, maxWaitMs: 1_000 });
  const { ends, call } = controlledCalls();
  const first = bound.run(call);
  const second = bound.run(call);
  while (ends.length === 0) await Promise.resolve();
  const refused = second.catch((error: unknown) => error);
  // It is refused also if the clock is set back meanwhile.
  jest.setSystemTime(Date.now() - 3_600_000);
  jest.advanceTimersByTime(1_001);
  ends[0]?.();
  await first;
  expect(await refused).toMatchObject(refusal);
  expect(ends).toHaveLength(1);
});

test('after a failed call, the next one can run', async () => {
  const bound = new Bound({ name: 'calls', maxRunning: 1, maxAccepted: 1, maxWaitMs: 60_000 });
  await expect(bound.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await bound.run(async () => 'done')).toBe('done');
});
