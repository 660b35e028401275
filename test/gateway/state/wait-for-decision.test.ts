import { setTimeout as pause } from 'node:timers/promises';
import type { RunStates } from '../../../src/gateway/state/run-states';
import { waitForDecision } from '../../../src/gateway/state/wait-for-decision';
import type { VerificationResult, VerificationState } from '../../../src/workflows/definitions';

const ID = { tenantId: 'default', workflowId: 'workflow', runId: 'run', nonce: 'nonce' };
const now = new Date().toISOString();
const open = { status: 'pending', createdAt: now, messagesAt: [now], endedAt: null };
const canceled = { ...open, status: 'canceled', endedAt: now };

test('a wait ends with the decision, although the run stays open until two seconds after its start', async () => {
  let reads = 0;
  const states = {
    read: async () => (++reads < 2 ? open : canceled) as unknown as VerificationState,
    waitForEnd: async () => pause(2_000, { ...canceled, status: 'closed' } as unknown as VerificationResult),
  } as Partial<RunStates> as RunStates;
  const wait = { waitMs: 20_000, signal: new AbortController().signal };

  const state = await waitForDecision(states, ID, open as unknown as VerificationState, wait);

  expect(state).toBe(canceled);
});
