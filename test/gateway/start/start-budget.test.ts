import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { emptyLedger } from '../../../src/domain/ledger';
import { requestDigest } from '../../../src/gateway/request-digest';
import type { RunStates } from '../../../src/gateway/state/run-states';
import { createStart } from '../../../src/gateway/start/start';
import { initialState, type VerificationMemo } from '../../../src/gateway/stored-data';
import type { WorkflowCalls } from '../../../src/gateway/workflow-calls';
import { startRequest, testDigests } from '../../support/service';
import { describedRun, RUN_MEMO } from '../../support/described-run';
import { startDependencies } from '../../support/start-dependencies';

// A process that knows nothing of the number reserves the message before it learns that the number has a run.

const memo: VerificationMemo = {
  ...RUN_MEMO,
  idempotencyDigest: testDigests.idempotencyKey('start', 'alice', 'key'),
  requestDigest: requestDigest(testDigests, {}),
};

/** A start for a number that has a run already. */
function startFor(status: 'RUNNING' | 'COMPLETED') {
  let reserved = 0;
  const run = describedRun(memo, status);
  const ledger = { ...emptyLedger, unsuccessful: 3, failedCodes: 3, lastUnsuccessfulAt: memo.createdAt };
  const start = createStart(
    startDependencies(async () => {
      throw new WorkflowExecutionAlreadyStartedError('', 'workflow', 'phoneVerification');
    }),
    { describeLatest: async () => run } as unknown as WorkflowCalls,
    {
      readWithin: async () => initialState(memo),
      readClosed: async () => ({ ...initialState(memo), ledger }),
    } as Partial<RunStates> as RunStates,
  );
  const reserveMessage = async () => {
    reserved += 1;
    return { cancel: async () => void (reserved -= 1) };
  };
  return {
    start: (key?: string) => start({ ...startRequest(memo.phoneNumber, key), reserveMessage }),
    reserved: () => reserved,
  };
}

test('a start for a number with an open verification uses nothing of a budget', async () => {
  const { start, reserved } = startFor('RUNNING');
  await expect(start()).rejects.toMatchObject({ code: 'verification_in_progress' });
  expect(reserved()).toBe(0);
});

test('a repeat of a start uses nothing of a budget', async () => {
  const { start, reserved } = startFor('RUNNING');
  expect(await start('key')).toMatchObject({ outcome: 'repeated' });
  expect(reserved()).toBe(0);
});

test('a start for a number that must wait uses nothing of a budget', async () => {
  const { start, reserved } = startFor('COMPLETED');
  await expect(start()).rejects.toMatchObject({ code: 'phone_number_cooling_down' });
  expect(reserved()).toBe(0);
});
