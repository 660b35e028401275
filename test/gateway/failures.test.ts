import { QueryNotRegisteredError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isUpdateAborted, refusalOf } from '../../src/gateway/failures';
import { againWhile } from '../../src/gateway/workflow-calls';

const failed = (cause: ApplicationFailure) => new WorkflowUpdateFailedError('Workflow Update failed', cause);
/** What server 1.32 answers in the name of a worker that left an Update aside. */
const unprocessed = failed(
  ApplicationFailure.create({
    type: 'UnprocessedUpdate',
    message: "Workflow Update is rejected because it wasn't processed by worker.",
    nonRetryable: true,
  }),
);

test('an Update that no worker processed is sent again', async () => {
  expect(isUpdateAborted(unprocessed)).toBe(true);
  let calls = 0;
  const execute = async () => {
    calls += 1;
    if (calls < 3) throw unprocessed;
    return calls;
  };
  expect(await againWhile(isUpdateAborted, execute)).toBe(3);
});

test('what stays as it is fails in the end', async () => {
  const isEarly = (error: unknown) => error instanceof QueryNotRegisteredError;
  const execute = async () => {
    throw new QueryNotRegisteredError('unknown queryType state', 3);
  };
  await expect(againWhile(isEarly, execute)).rejects.toBeInstanceOf(QueryNotRegisteredError);
});

test('a validator’s refusal comes with all that it says', () => {
  const refusal = { code: 'invalid_code', codeLength: 6 } as const;
  const cause = ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
  expect(refusalOf(failed(cause))).toEqual(refusal);
  expect(refusalOf(unprocessed)).toBeUndefined();
});
