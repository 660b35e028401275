import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { grpcCode, NOT_FOUND, TEMPORAL_TIMEOUT_MS } from './grpc-errors';

const LOOK_AGAIN_MS = 250;
/** Temporal's lists are eventually consistent: what they don't name has to stay unnamed for so long. */
const SETTLED_AFTER_MS = 2_000;
/** Server 1.32 takes 30 s to delete a run that closed a moment before. */
const GIVE_UP_AFTER_MS = 180_000;

const { ArchivalState, WorkflowExecutionStatus } = temporal.api.enums.v1;

export interface Erased {
  readonly deleted: number;
  /** How many of those were still under way. */
  readonly open: number;
}

/** Run ids that Temporal was told to delete, and whether each was open. */
type Told = Map<string, { readonly open: boolean }>;

/** Deletes runs from Temporal. Payloads stay unread, so that no secret key is needed, not even of a former one. */
export function createErasure(client: Client) {
  const { workflowService } = client;
  const { namespace } = client.options;

  /**
   * Deletes every run of these workflow IDs and waits until Temporal knows none any more. One that starts meanwhile
   * goes too: it may have taken over what the ones before it left behind.
   * @throws Error if some are left after three minutes; gRPC's errors
   */
  async function eraseRuns(workflowIds: readonly string[]): Promise<Erased[]> {
    const erasures = workflowIds.map((workflowId) => ({ workflowId, told: new Map() as Told }));
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    let lastKnownAt = Date.now();
    let lookedAt = lastKnownAt;
    while (lookedAt - lastKnownAt < SETTLED_AFTER_MS) {
      if (lookedAt > giveUpAt) throw new Error('Temporal still knows what it was told to delete');
      await setTimeout(LOOK_AGAIN_MS);
      lookedAt = Date.now();
      for (const { workflowId, told } of erasures) {
        if (await eraseKnown(workflowId, told)) lastKnownAt = Date.now();
      }
    }
    return erasures.map(({ told }) => ({
      deleted: told.size,
      open: [...told.values()].filter(({ open }) => open).length,
    }));
  }

  /** Has each run deleted that is not among the `told`. Returns whether Temporal knows any. */
  async function eraseKnown(workflowId: string, told: Told): Promise<boolean> {
    const listed = await listRunIds(workflowId);
    const latest = await describe({ workflowId });
    let anyKnown = listed.length > 0;
    for (const runId of new Set([...listed, ...(latest ? [latest.runId] : []), ...told.keys()])) {
      const run = await describe({ workflowId, runId });
      if (!run) continue;
      anyKnown = true;
      if (told.has(runId)) continue;
      await remove({ workflowId, runId });
      told.set(runId, { open: run.open });
    }
    return anyKnown;
  }

  async function listRunIds(workflowId: string): Promise<string[]> {
    const runIds: string[] = [];
    let nextPageToken: Uint8Array = new Uint8Array();
    do {
      const page = await call(() =>
        workflowService.listWorkflowExecutions({
          namespace,
          query: `WorkflowId = '${workflowId}'`,
          nextPageToken,
        }),
      );
      runIds.push(...page.executions.flatMap(({ execution }) => execution?.runId ?? []));
      ({ nextPageToken } = page);
    } while (nextPageToken.length > 0);
    return runIds;
  }

  /** Without a run id the latest. Undefined if Temporal's database has none. */
  async function describe(execution: { workflowId: string; runId?: string }) {
    const description = await unlessNotFound(() =>
      workflowService.describeWorkflowExecution({ namespace, execution }),
    );
    const info = description?.workflowExecutionInfo;
    const open = info?.status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    return info && { runId: info.execution?.runId ?? '', open };
  }

  /** Ends an open one. Temporal answers before it is done. */
  async function remove(workflowExecution: { workflowId: string; runId: string }): Promise<void> {
    await unlessNotFound(() => workflowService.deleteWorkflowExecution({ namespace, workflowExecution }));
  }

  async function unlessNotFound<T>(fn: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call(fn);
    } catch (error) {
      if (grpcCode(error) === NOT_FOUND) return undefined;
      throw error;
    }
  }

  function call<T>(fn: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, fn);
  }

  return {
    eraseRuns,

    /** Where the namespace archives what ended; deletion does not reach it. Undefined if it doesn't. */
    async archive(): Promise<string | undefined> {
      const { config } = await call(() => workflowService.describeNamespace({ namespace }));
      const enabled = ArchivalState.ARCHIVAL_STATE_ENABLED;
      const places = [
        ...(config?.historyArchivalState === enabled ? [config.historyArchivalUri] : []),
        ...(config?.visibilityArchivalState === enabled ? [config.visibilityArchivalUri] : []),
      ];
      return places.length > 0 ? [...new Set(places)].join(', ') : undefined;
    },
  };
}
