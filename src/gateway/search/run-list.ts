import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { z } from 'zod';
import { isLocked } from '../../domain/ledger';
import { statuses, type Status } from '../../domain/types';
import { stateQuery } from '../../workflows/definitions';
import { createRunLookup, isOpenStatus, runIdOf, type RunInfo } from '../../temporal/run-lookup';
import { timestampMs } from '../../temporal/timestamp';
import { formatVerificationId, type VerificationId } from '../ids';
import { createRunStates } from '../state/run-states';
import { createWorkflowCalls } from '../workflow-calls';

/** The time-out of a query to an open run, which needs a worker. */
const QUERY_TIMEOUT_MS = 2_000;

const { WorkflowExecutionStatus } = temporal.api.enums.v1;

const State = z.object({ nonce: z.string(), status: z.enum(statuses) });

type Execution = Pick<VerificationId, 'workflowId' | 'runId'>;
type RunFacts = Pick<ListedRun, 'id' | 'verification' | 'isNumberLocked'>;

/** The list then shows Temporal's status only. */
const NOTHING_KNOWN: RunFacts = { id: undefined, verification: undefined, isNumberLocked: false };

export interface ListedRun {
  readonly runId: string;
  /** The public id. Undefined if no worker answered or a secret key is missing. */
  readonly id: string | undefined;
  /** Temporal's status, as in its command line: `Running`, `Completed`, `TimedOut`. */
  readonly execution: string;
  /** The verification's status. Undefined if no worker answered, a secret key is missing or there is no result. */
  readonly verification: Status | undefined;
  /** Whether the number was locked when this run closed. False if that is not known. */
  readonly isNumberLocked: boolean;
}

/** Lists the runs of a workflow ID for operators. */
export function createRunList(client: Client) {
  const lookup = createRunLookup(client);
  const states = createRunStates(client, createWorkflowCalls(client));

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
      const execution = { workflowId, runId: runIdOf(info) };
      const facts = isOpenStatus(info.status)
        ? await openRunFacts(execution)
        : await closedRunFacts(execution, info.status);
      runs.push({ runId: execution.runId, execution: executionName(info.status), ...facts });
    }
    return runs;
  }

  async function openRunFacts(execution: Execution): Promise<RunFacts> {
    const { workflowId, runId } = execution;
    const handle = client.workflow.getHandle(workflowId, runId);
    try {
      const state = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(stateQuery));
      const { nonce, status } = State.parse(state);
      return {
        id: formatVerificationId({ ...execution, nonce }),
        verification: status,
        isNumberLocked: false,
      };
    } catch {
      return NOTHING_KNOWN;
    }
  }

  async function closedRunFacts(execution: Execution, status: RunInfo['status']): Promise<RunFacts> {
    try {
      const result = await states.readClosed(execution);
      // Without a result of its own, the run's status is only an assumption. Temporal's word then says more.
      const hasResult = status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
      return {
        id: formatVerificationId({ ...execution, nonce: result.nonce }),
        verification: hasResult ? result.status : undefined,
        isNumberLocked: isLocked(result.ledger),
      };
    } catch {
      return NOTHING_KNOWN;
    }
  }

  return listRuns;
}

function executionName(status: RunInfo['status']): string {
  const name = WorkflowExecutionStatus[status ?? 0] ?? '';
  const words = name.replace('WORKFLOW_EXECUTION_STATUS_', '').toLowerCase().split('_');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
