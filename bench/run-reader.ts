import type { Client } from '@temporalio/client';
import { waitUntil } from '../harness/wait-until';

const WINDOW_LIMIT_MS = 30_000;

/** The history of one run. */
export interface HistorySize {
  readonly events: number;
  readonly bytes: number;
}

/** Reads runs from Temporal. Only used while nothing is measured. */
export interface RunReader {
  /** Resolves when a verification only waits for its check. */
  untilWindowOpen(workflowId: string): Promise<void>;
  historySize(workflowId: string): Promise<HistorySize>;
  /** How often this has called DescribeWorkflowExecution. */
  describes(): number;
}

export function createRunReader({ workflowService, options: { namespace } }: Client): RunReader {
  let describes = 0;

  // Reads the raw answer, because other fields can be encrypted and this client has no keys.
  function describe(workflowId: string) {
    describes += 1;
    return workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  }

  return {
    async untilWindowOpen(workflowId) {
      const isOpen = async () => {
        const { pendingActivities, pendingWorkflowTask } = await describe(workflowId);
        return pendingActivities.length === 0 && !pendingWorkflowTask;
      };
      await waitUntil(isOpen, { what: `the window of ${workflowId} to open`, limitMs: WINDOW_LIMIT_MS });
    },

    async historySize(workflowId) {
      const { workflowExecutionInfo } = await describe(workflowId);
      return {
        events: Number(workflowExecutionInfo?.historyLength),
        bytes: Number(workflowExecutionInfo?.historySizeBytes),
      };
    },

    describes: () => describes,
  };
}
