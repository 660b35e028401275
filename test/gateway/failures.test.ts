import { QueryNotRegisteredError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Refusal } from '../../src/domain/refusals';
import { isUpdateAborted, validatorRefusal } from '../../src/gateway/failures';
import { retryWhile } from '../../src/gateway/workflow-calls';

const failed = (cause: ApplicationFailure) => new WorkflowUpdateFailedError('Workflow Update failed', cause);
/** The failure that Temporal Server 1.32 returns for an Update that the worker did not process. */
const unprocessed = failed(
  ApplicationFailure.create({
    type: 'UnprocessedUpdate',
    message: "Workflow Update is rejected because it wasn't processed by worker.",
    nonRetryable: true,
  }),
);

test('an Update that the worker did not process is sent again', async () => {
  expect(isUpdateAborted(unprocessed)).toBe(true);
  let calls = 0;
  const execute = async () => {
    calls += 1;
    if (calls < 3) throw unprocessed;
    return calls;
  };
  expect(await retryWhile(isUpdateAborted, execute)).toBe(3);
});

test('an error that stays is thrown after the last try', async () => {
  const isEarly = (error: unknown) => error instanceof QueryNotRegisteredError;
  const execute = async () => {
    throw new QueryNotRegisteredError('unknown queryType state', 3);
  };
  await expect(retryWhile(isEarly, execute)).rejects.toBeInstanceOf(QueryNotRegisteredError);
});

test.each<Refusal>([
  { code: 'invalid_code', codeLength: 6 },
  { code: 'resend_limit_reached', windowEndsInSeconds: 7 },
  { code: 'rate_limited', limit: 'number', retryAfterSeconds: 5 },
  { code: 'verification_ended', verificationStatus: 'expired' },
])('the validator’s refusal %j keeps its details', (refusal) => {
  const cause = ApplicationFailure.create({ type: refusal.code, message: refusal.code, details: [refusal] });
  expect(validatorRefusal(failed(cause))).toEqual(refusal);
});

test('the failure of an Update that the worker did not process is not a refusal', () => {
  expect(validatorRefusal(unprocessed)).toBeUndefined();
});
