import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { finalStatuses, type Status } from '../domain/types';
import { stateQuery } from '../workflows/messages';
import { grpcCode, NOT_FOUND, TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';

/** The time-out of a query to an open run, which needs a worker. */
const QUERY_TIMEOUT_MS = 2_000;

const { WorkflowExecutionStatus } = temporal.api.enums.v1;
type ExecutionInfo = temporal.api.workflow.v1.IWorkflowExecutionInfo;

const State = z.object({ status: z.enum(['sending', 'pending', ...finalStatuses]) });

export interface ListedRun {
  readonly runId: string;
  /** Temporal's status, as in its command line: `Running`, `Completed`, `TimedOut`. */
  readonly execution: string;
  /** The verification's status. Undefined if no worker answered, a secret key is missing or there is no result. */
  readonly verification: Status | undefined;
}

/** Lists the runs of a workflow ID for operators. */
export function createRunList(client: Client) {
  const { workflowService } = client;
  const { namespace } = client.options;

  /** Newest first. @throws gRPC errors */
  async function listRuns(workflowId: string): Promise<ListedRun[]> {
    const listed = await listRunIds(workflowId);
    // Temporal's lists are eventually consistent: the latest run may be missing. Its descriptions are consistent.
    const latest = await describe({ workflowId });
    const infos: ExecutionInfo[] = [];
    for (const runId of new Set([...(latest ? [runIdOf(latest)] : []), ...listed])) {
      const info = await describe({ workflowId, runId });
      if (info) infos.push(info);
    }

    const runs: ListedRun[] = [];
    for (const info of infos.toSorted((one, other) => startedMs(other) - startedMs(one))) {
      const runId = runIdOf(info);
      const verification = await verificationStatus(workflowId, runId, info.status);
      runs.push({ runId, execution: executionName(info.status), verification });
    }
    return runs;
  }

  /** Uses the raw API, since the SDK's list decodes each memo, and a secret key may be missing. */
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

  /** Without a run id: the latest run. Undefined if Temporal has no such run. */
  async function describe(execution: {
    workflowId: string;
    runId?: string;
  }): Promise<ExecutionInfo | undefined> {
    try {
      const { workflowExecutionInfo } = await call(() =>
        workflowService.describeWorkflowExecution({ namespace, execution }),
      );
      return workflowExecutionInfo ?? undefined;
    } catch (error) {
      if (grpcCode(error) === NOT_FOUND) return undefined;
      throw error;
    }
  }

  async function verificationStatus(workflowId: string, runId: string, status: ExecutionInfo['status']) {
    const handle = client.workflow.getHandle(workflowId, runId);
    try {
      if (status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
        return State.parse(await call(() => handle.query(stateQuery), QUERY_TIMEOUT_MS)).status;
      if (status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED)
        return State.parse(await call(() => handle.result())).status;
    } catch {
      // The list then shows Temporal's status only.
    }
    return undefined;
  }

  function call<T>(fn: () => Promise<T>, timeoutMs = TEMPORAL_TIMEOUT_MS): Promise<T> {
    return client.withDeadline(Date.now() + timeoutMs, fn);
  }

  return listRuns;
}

function runIdOf({ execution }: ExecutionInfo): string {
  return execution?.runId ?? '';
}

function startedMs({ startTime }: ExecutionInfo): number {
  return Number(startTime?.seconds ?? 0) * 1_000 + (startTime?.nanos ?? 0) / 1e6;
}

function executionName(status: ExecutionInfo['status']): string {
  const name = WorkflowExecutionStatus[status ?? 0] ?? '';
  const words = name.replace('WORKFLOW_EXECUTION_STATUS_', '').toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
