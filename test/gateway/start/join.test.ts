import { createJoin, type FoundRun } from '../../../src/gateway/start/join';
import type { RunStates } from '../../../src/gateway/state/run-states';
import { initialState } from '../../../src/gateway/stored-data';
import { describedRun, RUN_MEMO } from '../../support/described-run';
import { testKeyRing } from '../../support/service';

const found: FoundRun = { outcome: 'found', run: describedRun() };

/** Another request joins a verification whose window closes at this time. */
function join(expiresAt: number, mayJoin: boolean) {
  const state = {
    ...initialState(RUN_MEMO),
    status: 'pending',
    expiresAt: new Date(expiresAt).toISOString(),
  };
  const states = { read: async () => state, readWithin: async () => state } as Partial<RunStates>;
  const request = { memo: { nonce: 'another' }, request: { mayJoin } };
  return createJoin(states as RunStates, testKeyRing)(found, request);
}

test('a request joins an open verification', async () => {
  expect(await join(Date.now() + 60_000, true)).toMatchObject({ outcome: 'joined' });
});

test('a request does not join a verification whose window is over, although its timer has not fired', async () => {
  expect(await join(Date.now() - 1, true)).toMatchObject({ outcome: 'closing' });
});

test('a request that may not join is told when the window closes', async () => {
  await expect(join(Date.now() + 59_500, false)).rejects.toMatchObject({
    refusal: { code: 'verification_in_progress', retryAfterSeconds: 60 },
  });
});
