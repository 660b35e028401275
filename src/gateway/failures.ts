import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { errorCodes, type Refusal } from '../domain/refusals';
import { finalStatuses } from '../domain/types';
import { isFailedPrecondition } from '../temporal/grpc-errors';

/** The type of the failure that the server returns for an Update that the worker did not process. */
const UNPROCESSED_UPDATE = 'UnprocessedUpdate';

const errorCode = z.enum(errorCodes);

const refusalDetails = z.object({
  retryAfterSeconds: z.exactOptional(z.number()),
  verificationStatus: z.exactOptional(z.enum(finalStatuses)),
  limit: z.exactOptional(z.string()),
  codeLength: z.exactOptional(z.number()),
  windowEndsInSeconds: z.exactOptional(z.number()),
});

/** The refusal with which a workflow's validator rejected an Update; undefined for other errors. */
export function validatorRefusal(error: unknown): Refusal | undefined {
  const failure = updateFailure(error);
  const code = errorCode.safeParse(failure?.type);
  return code.success ? { code: code.data, ...refusalDetails.parse(failure?.details?.[0]) } : undefined;
}

/**
 * Whether an Update had no effect and can be sent again: its workflow task failed, or the worker did not process it. A
 * task fails, for example, if the Update ends the workflow while another event arrives.
 */
export function isUpdateAborted(error: unknown): boolean {
  return isFailedPrecondition(error) || updateFailure(error)?.type === UNPROCESSED_UPDATE;
}

/** The failure of an Update, which comes from the workflow or from the server. */
function updateFailure(error: unknown): ApplicationFailure | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const cause: unknown = error.cause;
  return cause instanceof ApplicationFailure ? cause : undefined;
}
