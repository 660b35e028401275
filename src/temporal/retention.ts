import type { NativeConnection } from '@temporalio/worker';
import { TEMPORAL_TIMEOUT_MS } from './grpc-errors';

const SECONDS_PER_DAY = 86_400;
/** The retention that docker-compose.yml and `npm run dev` set. */
const DEFAULT_DAYS = 30;

/**
 * Warns if the namespace's retention is shorter than a cool-down. A number's ledger is in its last closed run, and
 * Temporal deletes that run after the retention: the cool-down then ends early. Undefined if there is no problem, or if
 * the retention can't be read.
 */
export async function retentionWarning(
  connection: NativeConnection,
  namespace: string,
  cooldownSeconds: readonly number[],
): Promise<string | undefined> {
  const retentionSeconds = await readRetentionSeconds(connection, namespace);
  const longestSeconds = Math.max(...cooldownSeconds, 0);
  if (retentionSeconds === undefined || retentionSeconds >= longestSeconds) return undefined;
  const days = Math.max(DEFAULT_DAYS, Math.ceil(longestSeconds / SECONDS_PER_DAY));
  return (
    `Namespace ${namespace} keeps closed workflows for ${retentionSeconds} s, but COOLDOWN_SECONDS contains ` +
    `${longestSeconds} s: that cool-down ends early. To change the retention: ` +
    `temporal operator namespace update --namespace ${namespace} --retention ${days}d`
  );
}

async function readRetentionSeconds(
  connection: NativeConnection,
  namespace: string,
): Promise<number | undefined> {
  try {
    const { config } = await connection.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    const seconds = config?.workflowExecutionRetentionTtl?.seconds;
    return seconds === undefined || seconds === null ? undefined : Number(seconds);
  } catch {
    return undefined;
  }
}
