import { withCleanup } from '../bench/cleanup';

test('everything that was started is stopped, the last first, also if the work and one of the stops fail', async () => {
  const stopped: string[] = [];
  const stop = (name: string) => async () => void stopped.push(name);
  const stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);

  const work = withCleanup(async (onEnd) => {
    onEnd(stop('first'));
    onEnd(async () => {
      throw new Error('is stuck');
    });
    onEnd(async () => {
      stopped.push('last');
      // As by work that goes on after a signal.
      onEnd(stop('late'));
    });
    throw new Error('no luck');
  });

  await expect(work).rejects.toThrow('no luck');
  expect(stopped).toEqual(['last', 'late', 'first']);
  expect(stderr.mock.calls).toEqual([['Clean-up failed: Error: is stuck\n']]);
  stderr.mockRestore();
});

test('the result of the work is returned after the stops', async () => {
  const stopped: string[] = [];

  const result = await withCleanup(async (onEnd) => {
    onEnd(async () => void stopped.push('one'));
    return 42;
  });

  expect([result, stopped]).toEqual([42, ['one']]);
});
