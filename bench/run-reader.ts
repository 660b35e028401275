import type { Client } from '@temporalio/client';
import { waitUntil } from '../harness/wait-until';

const WINDOW_LIMIT_MS = 30_000;

/** Reads runs from Temporal. Only used while nothing is measured. */
export interface RunReader {
  /** Resolves when a verification only waits for its check. */
  untilWindowOpen(workflowId: string): Promise<void>;
  /** The number of history events. */
  historyLength(workflowId: string): Promise<number>;
}

export function createRunReader({ workflowService, options: { namespace } }: Client): RunReader {
  // Reads the raw answer, because other fields can be encrypted and this client has no keys.
  const describe = (workflowId: string) =>
    workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });

  return {
    async untilWindowOpen(workflowId) {
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
