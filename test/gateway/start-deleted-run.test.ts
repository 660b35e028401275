import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { VerificationError } from '../../src/domain/refusals';
import { SearchAttributeUse } from '../../src/gateway/search-attribute-use';
import { createStartOrFind } from '../../src/gateway/start-or-find';
import type { RunStates } from '../../src/gateway/run-states';
import type { Run, WorkflowCalls } from '../../src/gateway/workflow-calls';
import { storedMemo } from '../../src/gateway/stored-data';
import { emptyLedger } from '../../src/domain/ledger';
import { DEFAULT_POLICY, startRequest, testKeyRing } from '../support/service';

const MEMO = { tenantId: 'default', phoneNumber: '+14255550123', createdAt: '2026-11-28T12:00:00.000Z' };

test('a start goes on if Temporal deletes the last run of the number while its ledger is read', async () => {
  const memo = storedMemo({ ...MEMO, nonce: 'old', policy: DEFAULT_POLICY, ledger: emptyLedger });
  let lastRun: Run | undefined = { status: { name: 'COMPLETED' }, memo } as unknown as Run;
  const readClosed = async () => {
    lastRun = undefined;
    throw new VerificationError({ code: 'not_found' });
  };
  const withDeadline = async () => {
    if (lastRun) throw new WorkflowExecutionAlreadyStartedError('', 'workflow', 'phoneVerification');
    return 'run';
  };
  const startOrFind = createStartOrFind(
    {
      client: { withDeadline } as unknown as Client,
      taskQueue: 'queue',
      keyRing: testKeyRing,
      attributeUse: new SearchAttributeUse(() => {}),
    },
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
