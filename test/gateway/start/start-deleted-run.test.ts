import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { VerificationError } from '../../../src/domain/refusals';
import { createStartOrFind } from '../../../src/gateway/start/start-or-find';
import type { RunStates } from '../../../src/gateway/state/run-states';
import type { Run, WorkflowCalls } from '../../../src/gateway/workflow-calls';
import { storedMemo } from '../../../src/gateway/stored-data';
import { emptyLedger } from '../../../src/domain/ledger';
import { DEFAULT_POLICY, startRequest } from '../../support/service';
import { startDependencies } from '../../support/start-dependencies';

const MEMO = { tenantId: 'default', phoneNumber: '+14255550123', createdAt: '2026-11-28T12:00:00.000Z' };

test('a start goes on if Temporal deletes the last run of the number while its ledger is read', async () => {
  const memo = storedMemo({ ...MEMO, nonce: 'old', policy: DEFAULT_POLICY, ledger: emptyLedger });
  let lastRun: Run | undefined = { status: { name: 'COMPLETED' }, memo } as unknown as Run;
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
    request: startRequest(MEMO.phoneNumber),
    workflowId: 'workflow',
    memo: { ...MEMO, nonce: 'new' },
    reservation: undefined,
    mayHaveStarted: false,
  });

  expect(started).toMatchObject({ outcome: 'started', id: { runId: 'run' } });
});
