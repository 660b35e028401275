import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { codeOffset, deriveCode, deriveTag } from '../../crypto/code';
import type { KeyRing } from '../../crypto/key-ring';
import { RUN_TIMEOUT_AFTER_WINDOW_MS } from '../../domain/policy';
import { searchAttributes } from '../../domain/search-attributes';
import type { Status, VerificationInput } from '../../domain/types';
import { isInvalidArgument, isNoWorker, isRejected, isServiceError } from '../../temporal/grpc-errors';
import { PHONE_VERIFICATION } from '../../workflows/definitions';
import type { SearchAttributeUse } from './search-attribute-use';
import type { StartRequest } from './start-request';
import { storedMemo, type VerificationMemo } from '../stored-data';
import { unavailableOr } from '../workflow-calls';

export interface NewRun extends Pick<
  StartRequest,
  'maskedPhoneNumber' | 'country' | 'testCode' | 'customCode' | 'wording'
> {
  readonly workflowId: string;
  /** Its policy has the number of digits of a code that the caller has chosen. */
  readonly memo: VerificationMemo;
  /** Starts the run only if Temporal has no earlier run with this workflow ID, not even a closed one. */
  readonly onlyIfNew?: boolean;
}

/**
 * `exists`: the workflow ID has an open run, or with `onlyIfNew` any run. `unknown`: Temporal did not answer, or not in
 * time. It may have started the run, or may still start it.
 */
export type RunStart =
  { readonly outcome: 'started'; readonly runId: string } | { readonly outcome: 'exists' | 'unknown' };

export interface StartRunDependencies {
  readonly client: Client;
  readonly taskQueue: string;
  readonly keyRing: KeyRing;
  readonly attributeUse: SearchAttributeUse;
}

/** Another worker gets a workflow task after this time. It is short because a person is waiting. */
const WORKFLOW_TASK_TIMEOUT = '3s';

const FIRST_STATUS: Status = 'sending';

/** Starts a workflow run unless the workflow ID has an open run, or with `onlyIfNew` any run. */
export function createStartRun({ client, taskQueue, keyRing, attributeUse }: StartRunDependencies) {
  /**
   * `timeoutMs`: Temporal must start the run within this time.
   * @throws VerificationError `temporal_unavailable`
   */
  return async function startRun(run: NewRun, timeoutMs: number): Promise<RunStart> {
    try {
      const runId = await client.withDeadline(Date.now() + timeoutMs, () =>
        startWithOrWithoutAttributes(run),
      );
      return { outcome: 'started', runId };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { outcome: 'exists' };
      // Temporal may have started the run before the connection or the deadline broke off.
      if ((isServiceError(error) || isNoWorker(error)) && !isRejected(error)) return { outcome: 'unknown' };
      throw unavailableOr(error);
    }
  };

  /** Returns the run id. A namespace that lacks the search attributes gets the same run without them. */
  async function startWithOrWithoutAttributes(run: NewRun): Promise<string> {
    if (!attributeUse.isNext()) return requestStart(run, false);
    try {
      const runId = await requestStart(run, true);
      attributeUse.accepted();
      return runId;
    } catch (error) {
      if (!isInvalidArgument(error)) throw error;
    }
    try {
      const runId = await requestStart(run, false);
      attributeUse.refused();
      return runId;
    } catch (error) {
      // If an argument is still invalid, it is another one.
      if (!isInvalidArgument(error)) attributeUse.refused();
      throw error;
    }
  }

  async function requestStart(run: NewRun, withAttributes: boolean): Promise<string> {
    const { workflowId, memo, maskedPhoneNumber, country, onlyIfNew = false } = run;
    const handle = await client.workflow.start(PHONE_VERIFICATION, {
      workflowId,
      taskQueue,
      args: [inputOf(run)],
      memo: storedMemo(memo),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: onlyIfNew ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
      workflowRunTimeout: memo.policy.windowMs + RUN_TIMEOUT_AFTER_WINDOW_MS,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `Verify ${maskedPhoneNumber}`,
      ...(withAttributes && {
        typedSearchAttributes: [
          { key: searchAttributes.status, value: FIRST_STATUS },
          { key: searchAttributes.tenant, value: memo.tenantId },
          { key: searchAttributes.country, value: country },
          { key: searchAttributes.textsSent, value: 0 },
        ],
      }),
    });
    return handle.firstExecutionRunId;
  }

  function inputOf({ workflowId, memo, country, testCode, customCode, wording }: NewRun): VerificationInput {
    const { tenantId, phoneNumber, nonce, createdAt, policy, ledger } = memo;
    const keys = keyRing.first;
    const source = { workflowId, nonce };
    const derived = deriveCode(keys, source, policy.codeLength);
    const code = testCode ?? customCode ?? derived;
    const tag = deriveTag(keys, source, code);
    const testNumber = testCode !== undefined;
    const isShifted = !testNumber && customCode !== undefined;
    return {
      tenantId,
      channel: 'sms',
      phoneNumber,
      nonce,
      keyId: keys.id,
      tag,
      ...(isShifted && { codeOffset: codeOffset(derived, customCode) }),
      ...(wording && { wording }),
      country,
      testNumber,
      ledger,
      createdAt,
      policy,
    };
  }
}
