import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { TEMPORAL_TIMEOUT_MS, unlessNotFound } from './grpc-errors';
import { createRunLookup, isOpenStatus } from './run-lookup';

const POLL_INTERVAL_MS = 250;
/** Temporal's lists are eventually consistent: all runs count as deleted after none was seen for this long. */
const SETTLED_AFTER_MS = 2_000;
/** Temporal Server 1.32 takes 30 s to delete a run that has just closed. */
const GIVE_UP_AFTER_MS = 180_000;

const { ArchivalState } = temporal.api.enums.v1;

export interface Erased {
  readonly deleted: number;
  /** How many of the deleted runs were still open. */
  readonly open: number;
}

/** The ids of the runs whose deletion was requested, and whether each was open. */
type Requested = Map<string, { readonly open: boolean }>;

/** Deletes runs from Temporal. It does not read payloads, so it needs no secret keys. */
export function createErasure(client: Client) {
  const { workflowService } = client;
  const { namespace } = client.options;
  const runs = createRunLookup(client);

  /**
   * Deletes all runs of these workflow IDs and waits until Temporal has none. It also deletes runs that start during
   * the deletion, since they may contain the ledger of a deleted run.
   * @throws Error if runs are left after three minutes; gRPC errors
   */
  async function eraseRuns(workflowIds: readonly string[]): Promise<Erased[]> {
    const erasures = workflowIds.map((workflowId) => ({ workflowId, requested: new Map() as Requested }));
    const deadline = performance.now() + GIVE_UP_AFTER_MS;
    let lastSeenAt = performance.now();
    let checkedAt = lastSeenAt;
    while (checkedAt - lastSeenAt < SETTLED_AFTER_MS) {
      if (checkedAt > deadline) throw new Error('Temporal did not delete all runs in time');
      await setTimeout(POLL_INTERVAL_MS);
      checkedAt = performance.now();
      for (const { workflowId, requested } of erasures) {
        if (await eraseFound(workflowId, requested)) lastSeenAt = performance.now();
      }
    }
    return erasures.map(({ requested }) => ({
      deleted: requested.size,
      open: [...requested.values()].filter(({ open }) => open).length,
    }));
  }

  /** Requests the deletion of each run that is not in `requested`. Returns whether Temporal still has a run. */
  async function eraseFound(workflowId: string, requested: Requested): Promise<boolean> {
    const found = await runs.findRunIds(workflowId);
    let isAnyFound = found.length > 0;
    for (const runId of new Set([...found, ...requested.keys()])) {
      const run = await runs.describe({ workflowId, runId });
      if (!run) continue;
      isAnyFound = true;
      if (requested.has(runId)) continue;
      await remove({ workflowId, runId });
      requested.set(runId, { open: isOpenStatus(run.status) });
    }
    return isAnyFound;
  }

  /** Also ends an open run. Temporal answers before the deletion is complete. */
  async function remove(workflowExecution: { workflowId: string; runId: string }): Promise<void> {
    await unlessNotFound(() =>
      call(() => workflowService.deleteWorkflowExecution({ namespace, workflowExecution })),
    );
  }

  function call<T>(fn: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, fn);
  }

  return {
    eraseRuns,

    /** Where the namespace archives closed runs, which `eraseRuns` can't delete. Undefined if it has no archive. */
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
