import type { Client } from '@temporalio/client';
import { waitUntil } from '../harness/wait-until';

const WINDOW_LIMIT_MS = 30_000;

/** What verifications leave in Temporal, looked at while nothing is measured. */
export interface Traces {
  /** Resolves when a verification waits for nothing but its check. */
  windowOpen(workflowId: string): Promise<void>;
  /** How many events it has. */
  historyLength(workflowId: string): Promise<number>;
}

export function createTraces({ workflowService, options: { namespace } }: Client): Traces {
  // The raw answer: what else is in it can be encrypted, and this client has no keys.
  const describe = (workflowId: string) =>
    workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });

  return {
    async windowOpen(workflowId) {
      const isOpen = async () => {
        const { pendingActivities, pendingWorkflowTask } = await describe(workflowId);
        return pendingActivities.length === 0 && !pendingWorkflowTask;
      };
      await waitUntil(isOpen, { what: `the window of ${workflowId} to open`, limitMs: WINDOW_LIMIT_MS });
    },

    async historyLength(workflowId) {
      const { workflowExecutionInfo } = await describe(workflowId);
      return Number(workflowExecutionInfo?.historyLength);
    },
  };
}
