import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { VerificationError } from '../../../src/domain/refusals';
import { createStartOrFind } from '../../../src/gateway/start/start-or-find';
import type { RunStates } from '../../../src/gateway/state/run-states';
import type { Run, WorkflowCalls } from '../../../src/gateway/workflow-calls';
import { describedRun, RUN_MEMO } from '../../support/described-run';
import { startRequest } from '../../support/service';
import { startDependencies } from '../../support/start-dependencies';

test('a start goes on if Temporal deletes the last run of the number while its ledger is read', async () => {
  let lastRun: Run | undefined = describedRun({ ...RUN_MEMO, nonce: 'old' }, 'COMPLETED');
  const readClosed = async () => {
    lastRun = undefined;
    throw new VerificationError({ code: 'not_found' });
  };
  const startRun = async () => {
    if (lastRun) throw new WorkflowExecutionAlreadyStartedError('', 'workflow', 'phoneVerification');
    return 'run';
  };
  const startOrFind = createStartOrFind(
    startDependencies(startRun),
    { describeLatest: async () => lastRun } as unknown as WorkflowCalls,
    { readClosed } as unknown as RunStates,
  );

  const started = await startOrFind({
    request: startRequest(RUN_MEMO.phoneNumber),
    workflowId: 'workflow',
    memo: { ...RUN_MEMO, nonce: 'new' },
    reservation: undefined,
    mayHaveStarted: false,
  });

  expect(started).toMatchObject({ outcome: 'started', id: { runId: 'run' } });
});
