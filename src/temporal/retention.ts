import type { NativeConnection } from '@temporalio/worker';
import type { temporal } from '@temporalio/proto';
import { TEMPORAL_TIMEOUT_MS } from './grpc-errors';
import { durationMs } from './timestamp';

const SECONDS_PER_DAY = 86_400;
/** The retention that docker-compose.yml and `npm run dev` set. */
const DEFAULT_DAYS = 30;

/**
 * Warns if the namespace's retention is shorter than the longest cool-down. A number's ledger is in its last closed run, and
 * Temporal deletes that run after the retention: the cool-down then ends early. Undefined if there is no problem, or if
 * the retention can't be read.
 */
export async function retentionWarning(
  connection: NativeConnection,
  namespace: string,
  longestSeconds: number,
): Promise<string | undefined> {
  const retentionSeconds = await readRetentionSeconds(connection, namespace);
  if (retentionSeconds === undefined || retentionSeconds >= longestSeconds) return undefined;
  const days = Math.max(DEFAULT_DAYS, Math.ceil(longestSeconds / SECONDS_PER_DAY));
  return (
    `Namespace ${namespace} keeps closed workflows for ${retentionSeconds} s, but the longest cool-down is ` +
    `${longestSeconds} s (COOLDOWN_SECONDS, or cooldownSeconds in TENANTS_FILE): it ends early. ` +
    'To change the retention: ' +
    `temporal operator namespace update --namespace ${namespace} --retention ${days}d`
  );
}

async function readRetentionSeconds(
  connection: NativeConnection,
  namespace: string,
): Promise<number | undefined> {
  try {
    const description = await connection.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return retentionSecondsIn(description);
  } catch {
    return undefined;
  }
}

/** How long the described namespace keeps closed workflows. Undefined if it does not say so. */
export function retentionSecondsIn({
  config,
}: temporal.api.workflowservice.v1.IDescribeNamespaceResponse): number | undefined {
  const retention = config?.workflowExecutionRetentionTtl;
  return retention ? durationMs(retention) / 1000 : undefined;
}

/** The namespace must keep a number's history for as long as this. `rules`: those of all tenants. */
export function longestCooldownSeconds(
  rules: readonly { readonly cooldownSeconds: readonly number[] }[],
): number {
  return Math.max(0, ...rules.flatMap(({ cooldownSeconds }) => cooldownSeconds));
}
