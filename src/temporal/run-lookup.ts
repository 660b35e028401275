import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TEMPORAL_TIMEOUT_MS, unlessNotFound } from './grpc-errors';

export type RunInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

const { WorkflowExecutionStatus } = temporal.api.enums.v1;
/** An operator can pause an open run. A paused run stores Signals, but answers no Query and no Update. */
const OPEN: readonly RunInfo['status'][] = [
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
  WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED,
];

/**
 * Finds the runs of a workflow ID. Uses the raw API, since the SDK's list decodes each memo, and a secret key may be
 * missing.
 */
export function createRunLookup(client: Client) {
  const { workflowService } = client;
  const { namespace } = client.options;

  /**
   * The ids of all runs. Temporal's lists are eventually consistent: the latest run may be missing. Its description is
   * consistent. @throws gRPC errors
   */
  async function findRunIds(workflowId: string): Promise<string[]> {
    const listed = await listRunIds(workflowId);
    const latest = await describe({ workflowId });
    return [...new Set([...(latest ? [runIdOf(latest)] : []), ...listed])];
  }

  async function listRunIds(workflowId: string): Promise<string[]> {
    const runIds: string[] = [];
    const query = `WorkflowId = '${workflowId}'`;
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const page = await call(() =>
        workflowService.listWorkflowExecutions({ namespace, query, nextPageToken }),
      );
      runIds.push(...page.executions.map(runIdOf));
      ({ nextPageToken } = page);
    } while (nextPageToken.length > 0);
    return runIds;
  }

  /** Without a run id: the latest run. Undefined if Temporal has no such run. @throws gRPC errors */
  async function describe(execution: { workflowId: string; runId?: string }): Promise<RunInfo | undefined> {
    const description = await unlessNotFound(() =>
      call(() => workflowService.describeWorkflowExecution({ namespace, execution })),
    );
    return description?.workflowExecutionInfo ?? undefined;
  }

  function call<T>(fn: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, fn);
  }

  return { findRunIds, describe };
}

export function isOpenStatus(status: RunInfo['status']): boolean {
  return OPEN.includes(status);
}

export function runIdOf({ execution }: RunInfo): string {
  return execution?.runId ?? '';
}
