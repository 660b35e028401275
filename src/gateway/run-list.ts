import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { statuses, type Status } from '../domain/types';
import { stateQuery } from '../workflows/messages';
import { TEMPORAL_TIMEOUT_MS } from '../temporal/grpc-errors';
import { createRunLookup, runIdOf, type RunInfo } from '../temporal/run-lookup';
import { timestampMs } from '../temporal/timestamp';

/** The time-out of a query to an open run, which needs a worker. */
const QUERY_TIMEOUT_MS = 2_000;

const { WorkflowExecutionStatus } = temporal.api.enums.v1;

const State = z.object({ status: z.enum(statuses) });

export interface ListedRun {
  readonly runId: string;
  /** Temporal's status, as in its command line: `Running`, `Completed`, `TimedOut`. */
  readonly execution: string;
  /** The verification's status. Undefined if no worker answered, a secret key is missing or there is no result. */
  readonly verification: Status | undefined;
}

/** Lists the runs of a workflow ID for operators. */
export function createRunList(client: Client) {
  const lookup = createRunLookup(client);

  /** Newest first. @throws gRPC errors */
  async function listRuns(workflowId: string): Promise<ListedRun[]> {
    const infos: RunInfo[] = [];
    for (const runId of await lookup.findRunIds(workflowId)) {
      const info = await lookup.describe({ workflowId, runId });
      if (info) infos.push(info);
    }

    const runs: ListedRun[] = [];
    for (const info of infos.toSorted(
      (one, other) => timestampMs(other.startTime) - timestampMs(one.startTime),
    )) {
      const runId = runIdOf(info);
      const verification = await verificationStatus(workflowId, runId, info.status);
      runs.push({ runId, execution: executionName(info.status), verification });
    }
    return runs;
  }

  async function verificationStatus(workflowId: string, runId: string, status: RunInfo['status']) {
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

function executionName(status: RunInfo['status']): string {
  const name = WorkflowExecutionStatus[status ?? 0] ?? '';
  const words = name.replace('WORKFLOW_EXECUTION_STATUS_', '').toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
