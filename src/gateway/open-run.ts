import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { deriveCode, deriveTag } from '../crypto/code';
import type { KeyRing } from '../crypto/key-ring';
import { RUN_TIMEOUT_AFTER_WINDOW_MS } from '../domain/policy';
import type { VerificationInput } from '../domain/types';
import { isNoWorker, isRejected, isServiceError } from '../temporal/grpc-errors';
import { PHONE_VERIFICATION } from '../workflows/messages';
import type { VerificationMemo } from './stored-data';
import { unavailableOr } from './workflow-calls';

export interface NewRun {
  readonly workflowId: string;
  readonly memo: VerificationMemo;
  /** The form that operators may see. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The fixed code of a test number. */
  readonly testCode: string | undefined;
}

/**
 * `already_open`: the workflow ID has an open run. `unknown`: Temporal did not answer, or not in time. It may have
 * started the run, or may still start it.
 */
export type OpenOutcome =
  { readonly outcome: 'opened'; readonly runId: string } | { readonly outcome: 'already_open' | 'unknown' };

export interface OpenRunDependencies {
  readonly client: Client;
  readonly taskQueue: string;
  readonly keyRing: KeyRing;
}

/** Another worker gets a workflow task after this time. It is short because a person is waiting. */
const WORKFLOW_TASK_TIMEOUT = '3s';

/** Starts a workflow run unless the workflow ID has an open run. */
export function createOpenRun({ client, taskQueue, keyRing }: OpenRunDependencies) {
  /**
   * `deadline`: epoch milliseconds.
   * @throws VerificationError `temporal_unavailable`
   */
  return async function openRun(run: NewRun, deadline: number): Promise<OpenOutcome> {
    const { workflowId, memo, maskedPhoneNumber } = run;
    try {
      const handle = await client.withDeadline(deadline, () =>
        client.workflow.start(PHONE_VERIFICATION, {
          workflowId,
          taskQueue,
          args: [inputOf(run)],
          memo: { ...memo },
          workflowIdConflictPolicy: 'FAIL',
          workflowRunTimeout: memo.policy.windowMs + RUN_TIMEOUT_AFTER_WINDOW_MS,
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          staticSummary: `Verify ${maskedPhoneNumber}`,
        }),
      );
      return { outcome: 'opened', runId: handle.firstExecutionRunId };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { outcome: 'already_open' };
      // Temporal may have started the run before the connection or the deadline broke off.
      if ((isServiceError(error) || isNoWorker(error)) && !isRejected(error)) return { outcome: 'unknown' };
      throw unavailableOr(error);
    }
  };

  function inputOf({ workflowId, memo, country, testCode }: NewRun): VerificationInput {
    const { tenantId, phoneNumber, nonce, createdAt, policy, ledger } = memo;
    const keys = keyRing.first;
    const source = { workflowId, nonce };
    const tag = deriveTag(keys, source, testCode ?? deriveCode(keys, source, policy.codeLength));
    const testNumber = testCode !== undefined;
    return {
      tenantId,
      channel: 'sms',
      phoneNumber,
      nonce,
      keyId: keys.id,
      tag,
      country,
      testNumber,
      ledger,
      createdAt,
      policy,
    };
  }
}
