import { setTimeout as pause } from 'node:timers/promises';
import type { RunStates } from '../../../src/gateway/state/run-states';
import { waitForDecision } from '../../../src/gateway/state/wait-for-decision';
import type { VerificationState } from '../../../src/workflows/definitions';

const ID = { tenantId: 'default', workflowId: 'workflow', runId: 'run', nonce: 'nonce' };
test('a wait ends with the decision, although the run stays open until two seconds after its start', async () => {
  const now = new Date().toISOString();
  const open = { status: 'pending', createdAt: now, messagesAt: [now], endedAt: null };
  const canceled = { ...open, status: 'canceled', endedAt: now };
  let reads = 0;
  const states = {
    read: async () => (++reads < 2 ? open : canceled) as unknown as VerificationState,
    // The run does not close. The end of the wait stops this.
    waitForEnd: async (_id, waitMs, signal) => pause(waitMs, undefined, { signal }),
  } as Partial<RunStates> as RunStates;
  const wait = { waitMs: 20_000, signal: new AbortController().signal };

  const state = await waitForDecision(states, ID, open as unknown as VerificationState, wait);

  expect(state).toBe(canceled);
});
