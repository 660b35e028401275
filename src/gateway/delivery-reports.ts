import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEND_DEADLINE_MS } from '../domain/policy';
import { isRefusal } from '../domain/refusals';
import type { DeliveryReport } from '../domain/types';
import { unlessNotFound } from '../temporal/grpc-errors';
import { isOpenStatus } from '../temporal/run-lookup';
import { timestampMs } from '../temporal/timestamp';
import { deliveryReportSignal, type VerificationState } from '../workflows/definitions';
import { RecentKeys } from './recent-keys';
import type { OpenRuns } from './open-runs';
import type { VerificationId } from './ids';
import type { WorkflowCalls } from './workflow-calls';

/** After this time, the provider's answer to the create call was probably lost, or no worker answers. */
const UNRESOLVED_AFTER_MS = 2_000;
/** A busy service needs about this long to record that a message was accepted. */
const MIN_WAIT_MS = 500;
/** A message has two reports without a failure, seconds apart. */
const MAX_REMEMBERED_MESSAGES = 10_000;

const { PendingActivityState } = temporal.api.enums.v1;

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

/** Passes the provider's delivery reports on to the workflow, if it may need them. */
export function createDeliveryReports(client: Client, { call }: WorkflowCalls, openRuns: OpenRuns) {
  /** Messages that were seen while nothing was pending: no later report about them is needed either. */
  const resolved = new RecentKeys(MAX_REMEMBERED_MESSAGES);
  /** By message. The second report often arrives while the first one is still being checked. */
  const checks = new Map<string, Promise<Progress>>();
  /** For each state that shows a run with nothing pending: emits the run id, and when the read of the state began. */
  const idleSeen = new EventEmitter().setMaxListeners(0);

  return {
    /**
     * A report for an unknown or ended verification is dropped without an error. `sinceSentMs`: the time since the
     * message was sent; undefined if the report does not say it.
     */
    async report(id: VerificationId, report: DeliveryReport, sinceSentMs: number | undefined): Promise<void> {
      try {
        if (report.failure === null && !(await isUnresolved(id, report.sid, sinceSentMs))) return;
        await openRuns.signal(id, deliveryReportSignal, { nonce: id.nonce, ...report });
      } catch (error) {
        if (!isRefusal(error, 'not_found', 'verification_ended')) throw error;
      }
    },

    /**
     * A state can answer what a waiting report needs to know. `readSince`: when its read began, by `performance.now()`;
     * undefined if it may be an old state. Then only a final state is an answer.
     */
    noteState(
      { runId }: VerificationId,
      { status, endedAt, messageInFlightSince }: VerificationState,
      readSince = -Infinity,
    ): void {
      const isIdle = status !== 'sending' && messageInFlightSince === null;
      if (endedAt !== null) idleSeen.emit(runId, Infinity);
      else if (isIdle) idleSeen.emit(runId, readSince);
    },
  };

  /**
   * Whether the workflow may need this report to know that the message was accepted. Other reports without a failure are
   * dropped: each would wake the workflow and add events to its history. Temporal itself knows the answer, so this needs
   * no worker.
   */
  async function isUnresolved(
    id: VerificationId,
    sid: string,
    sinceSentMs: number | undefined,
  ): Promise<boolean> {
    const message = `${id.runId}/${sid}`;
    if (resolved.has(message)) return false;
    // No report is passed on before UNRESOLVED_AFTER_MS: an earlier describe would have to be repeated.
    const usefulInMs = sinceSentMs === undefined ? 0 : UNRESOLVED_AFTER_MS - sinceSentMs;
    const waitMs = Math.max(usefulInMs, MIN_WAIT_MS);
    const check = checks.get(message) ?? runProgress(id, waitMs).finally(() => checks.delete(message));
    checks.set(message, check);
    const progress = await check;
    if (progress === 'idle') resolved.add(message);
    return progress === 'stuck';
  }

  async function runProgress({ workflowId, runId }: VerificationId, waitMs: number): Promise<Progress> {
    if (await isSeenIdle(runId, waitMs)) return 'idle';
    const now = await pending({ workflowId, runId });
    if (!now) return 'idle';
    const leftMs = now.since + UNRESOLVED_AFTER_MS - Date.now();
    if (leftMs <= 0) return 'stuck';
    // A report can arrive shortly before the answer to the create call. This waits for that answer.
    await pause(Math.min(leftMs, UNRESOLVED_AFTER_MS));
    const later = await pending({ workflowId, runId });
    if (!later) return 'idle';
    return later.key === now.key ? 'stuck' : 'busy';
  }

  /** Whether a state that is read within `waitMs` shows that the run has nothing pending. */
  async function isSeenIdle(runId: string, waitMs: number): Promise<boolean> {
    const waitsSince = performance.now();
    return new Promise((resolve) => {
      const end = (isIdle: boolean): void => {
        clearTimeout(timer);
        idleSeen.off(runId, onIdle);
        resolve(isIdle);
      };
      // A state that was read earlier may not include the message of this report yet.
      const onIdle = (readSince: number): void => {
        if (readSince >= waitsSince) end(true);
      };
      const timer = setTimeout(end, waitMs, false);
      idleSeen.on(runId, onIdle);
    });
  }

  /** The message in flight, or else the workflow's unfinished task. Undefined if there is neither, or no open run. */
  async function pending(execution: { workflowId: string; runId: string }): Promise<Pending | undefined> {
    const { namespace } = client.options;
    const description = await call(() =>
      unlessNotFound(() => client.workflowService.describeWorkflowExecution({ namespace, execution })),
    );
    if (!isOpenStatus(description?.workflowExecutionInfo?.status)) return undefined;
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
