import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEND_DEADLINE_MS } from '../domain/policy';
import { VerificationError } from '../domain/refusals';
import type { DeliveryReport } from '../domain/types';
import { unlessNotFound } from '../temporal/grpc-errors';
import { timestampMs } from '../temporal/timestamp';
import { deliveryReportSignal } from '../workflows/messages';
import { RecentKeys } from './recent-keys';
import type { RunMessages } from './run-messages';
import type { VerificationId } from './ids';
import type { WorkflowCalls } from './workflow-calls';

/** After this time, the provider's answer to the create call was probably lost, or no worker answers. */
const UNRESOLVED_AFTER_MS = 2_000;
/** A busy service needs about this long to record that a message was accepted. An earlier describe must be repeated. */
const FIRST_DESCRIBE_AFTER_MS = 500;
/** A message has two reports without a failure, seconds apart. */
const MAX_REMEMBERED_MESSAGES = 10_000;

const { PendingActivityState, WorkflowExecutionStatus } = temporal.api.enums.v1;

/** What an open run waits for. `since`: epoch milliseconds. */
interface Pending {
  readonly key: string;
  readonly since: number;
}

/**
 * `idle`: the run waits for nothing. `stuck`: it has waited for the same thing for UNRESOLVED_AFTER_MS. `busy`: what it
 * waits for has changed.
 */
type Progress = 'idle' | 'busy' | 'stuck';

/**
 * Passes the provider's delivery reports on to the workflow. A report for an unknown or ended verification is dropped
 * without an error.
 */
export function createDeliveryReports(client: Client, { call }: WorkflowCalls, messages: RunMessages) {
  /** Messages that were seen while nothing was pending: no later report about them is needed either. */
  const resolved = new RecentKeys(MAX_REMEMBERED_MESSAGES);
  /** By message. The second report often arrives while the first one is still being checked. */
  const checks = new Map<string, Promise<Progress>>();

  return async function reportDelivery(id: VerificationId, report: DeliveryReport): Promise<void> {
    try {
      if (report.failure === null && !(await isUnresolved(id, report.sid))) return;
      await messages.signal(id, deliveryReportSignal, { nonce: id.nonce, ...report });
    } catch (error) {
      const isUnknownOrEnded =
        error instanceof VerificationError && ['not_found', 'verification_ended'].includes(error.code);
      if (!isUnknownOrEnded) throw error;
    }
  };

  /**
   * Whether the workflow may need this report to know that the message was accepted. Other reports without a failure are
   * dropped: each would wake the workflow and add events to its history. Temporal itself knows the answer, so this needs
   * no worker.
   */
  async function isUnresolved(id: VerificationId, sid: string): Promise<boolean> {
    const message = `${id.runId}/${sid}`;
    if (resolved.has(message)) return false;
    const check = checks.get(message) ?? runProgress(id).finally(() => checks.delete(message));
    checks.set(message, check);
    const progress = await check;
    if (progress === 'idle') resolved.add(message);
    return progress === 'stuck';
  }

  async function runProgress({ workflowId, runId }: VerificationId): Promise<Progress> {
    await setTimeout(FIRST_DESCRIBE_AFTER_MS);
    const now = await pending({ workflowId, runId });
    if (!now) return 'idle';
    const waitMs = now.since + UNRESOLVED_AFTER_MS - Date.now();
    if (waitMs <= 0) return 'stuck';
    // A report can arrive shortly before the answer to the create call. This waits for that answer.
    await setTimeout(Math.min(waitMs, UNRESOLVED_AFTER_MS));
    const later = await pending({ workflowId, runId });
    if (!later) return 'idle';
    return later.key === now.key ? 'stuck' : 'busy';
  }

  /** The message in flight, or else the workflow's unfinished task. Undefined if there is neither, or no open run. */
  async function pending(execution: { workflowId: string; runId: string }): Promise<Pending | undefined> {
    const { namespace } = client.options;
    const description = await call(() =>
      unlessNotFound(() => client.workflowService.describeWorkflowExecution({ namespace, execution })),
    );
    const { status } = description?.workflowExecutionInfo ?? {};
    if (status !== WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) return undefined;
    const inFlight = description?.pendingActivities?.find(
      ({ state }) => state !== PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED,
    );
    // Unlike `scheduledTime`, the time of expiry stays the same over all tries.
    if (inFlight)
      return {
        key: `activity ${inFlight.activityId}`,
        since: timestampMs(inFlight.expirationTime) - SEND_DEADLINE_MS,
      };
    // The task may be about a message whose sending failed: without a worker, the workflow does not know that yet.
    const task = description?.pendingWorkflowTask?.originalScheduledTime;
    return task ? { key: `task ${timestampMs(task)}`, since: timestampMs(task) } : undefined;
  }
}
