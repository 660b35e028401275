import type { NativeConnection } from '@temporalio/worker';
import { TEMPORAL_TIMEOUT_MS } from './grpc-errors';

const SECONDS_A_DAY = 86_400;
/** What docker-compose and `npm run dev` set. */
const USUAL_DAYS = 30;

/**
 * A number's past lives in its last closed run, which Temporal deletes after the namespace's retention: a wait that is
 * longer than that ends early. Undefined if none is, or if the retention can't be read.
 */
export async function retentionWarning(
  connection: NativeConnection,
  namespace: string,
  cooldownSeconds: readonly number[],
): Promise<string | undefined> {
  const retentionSeconds = await readRetentionSeconds(connection, namespace);
  const longestSeconds = Math.max(...cooldownSeconds, 0);
  if (retentionSeconds === undefined || retentionSeconds >= longestSeconds) return undefined;
  const days = Math.max(USUAL_DAYS, Math.ceil(longestSeconds / SECONDS_A_DAY));
  return (
    `Namespace ${namespace} keeps what ended for ${retentionSeconds} s, and COOLDOWN_SECONDS has a wait of ` +
    `${longestSeconds} s: such a wait ends early. To change that: ` +
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
