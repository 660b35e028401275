import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../../harness/wait-until';

const WAIT = { what: 'the API to be ready', limitMs: 100 };
const TIMED_OUT = 'Timed out after 0.1 s waiting for the API to be ready';

test('it looks until there is a result, and returns it', async () => {
  const answers = [undefined, false, new Error('refused'), 'found'] as const;
  let looks = 0;

  const found = await waitUntil(
    () => {
      const answer = answers[looks++];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { ...WAIT, limitMs: 60_000 },
  );

  expect({ found, looks }).toEqual({ found: 'found', looks: 4 });
});

test('the time-out error names the expected event and has the last failure as its cause', async () => {
  const refused = new Error('connection refused');

  const waiting = waitUntil(() => Promise.reject(refused), WAIT);

  await expect(waiting).rejects.toMatchObject({ message: TIMED_OUT, cause: refused });
});

test('a look that never returns does not prevent the time-out', async () => {
  await expect(waitUntil(() => new Promise<never>(() => {}), WAIT)).rejects.toThrow(TIMED_OUT);
});

test('it does not look again after the time-out', async () => {
  let looks = 0;
  await expect(waitUntil(() => ++looks < 0, WAIT)).rejects.toThrow(TIMED_OUT);
  const looksAtEnd = looks;

  await sleep(300);

  expect(looks).toBe(looksAtEnd);
});

test('a signal ends the wait with its reason', async () => {
  const stop = new AbortController();
  const waiting = waitUntil(() => false, { ...WAIT, limitMs: 10_000, signal: stop.signal });

  stop.abort(new Error('the process ended'));

  await expect(waiting).rejects.toThrow('the process ended');
});
