import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { endUpdate, FLOOR } from './floor/messages';
import type { Side } from './side';

/**
 * Makes the same calls to Temporal as the service. Start: DescribeWorkflowExecution, which finds no run, and
 * StartWorkflowExecution. Check: UpdateWorkflowExecution.
 */
export function createFloorSide(client: Client, taskQueue: string) {
  const waiting = new Map<string, () => void>();

  const side: Side = {
    async start() {
      const workflowId = `bench-floor:${randomUUID()}`;
      const messageArrived = new Promise<void>((resolve) => void waiting.set(workflowId, resolve));
      await assertUnused(client, workflowId);
      const handle = await client.workflow.start(FLOOR, {
        workflowId,
        taskQueue,
        workflowIdConflictPolicy: 'FAIL',
        workflowTaskTimeout: '3s',
      });
      return { workflowId, messageArrived, check: () => handle.executeUpdate(endUpdate) };
    },
    untilIdle: async () => {},
  };

  /** To be called with each line of the worker: its activity has run. */
  function onAnnounced(workflowId: string): void {
    waiting.get(workflowId)?.();
    waiting.delete(workflowId);
  }

  return { side, onAnnounced };
}

async function assertUnused(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    throw error;
  }
  throw new Error(`The workflow ${workflowId} already exists`);
}
