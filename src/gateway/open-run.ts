import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { deriveCode, deriveTag } from '../crypto/code';
import type { KeyRing } from '../crypto/key-ring';
import { RUN_TIMEOUT_AFTER_WINDOW_MS } from '../domain/policy';
import type { VerificationInput } from '../domain/types';
import { isNoWorker } from '../temporal/grpc-errors';
import { PHONE_VERIFICATION } from '../workflows/messages';
import type { VerificationMemo } from './stored-data';
import { unavailableOr } from './workflow-calls';

export interface NewRun {
  readonly workflowId: string;
  readonly memo: VerificationMemo;
  /** The number as it may be shown to operators. */
  readonly maskedPhoneNumber: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly testCode: string | undefined;
}

/** `unknown`: the deadline passed, and Temporal may have started it or may still do so. */
export type Opened =
  { readonly outcome: 'opened'; readonly runId: string } | { readonly outcome: 'in_the_way' | 'unknown' };

export interface OpenRunDependencies {
  readonly client: Client;
  readonly taskQueue: string;
  readonly keyRing: KeyRing;
}

/** How long a workflow task may be away before another worker gets it: a person is waiting. */
const WORKFLOW_TASK_TIMEOUT = '3s';

/** Starts workflow runs, unless one with the same workflow ID is open. */
export function createOpenRun({ client, taskQueue, keyRing }: OpenRunDependencies) {
  /**
   * `deadline`: epoch milliseconds.
   * @throws VerificationError `temporal_unavailable`
   */
  return async function openRun(run: NewRun, deadline: number): Promise<Opened> {
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
      if (error instanceof WorkflowExecutionAlreadyStartedError) return { outcome: 'in_the_way' };
      if (isNoWorker(error)) return { outcome: 'unknown' };
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
