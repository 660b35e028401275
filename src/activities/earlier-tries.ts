import type { Context, Info } from '@temporalio/activity';

const HEARTBEAT_INTERVAL_MS = 1_000;

/** Whether no try came before this one. After `temporal activity reset`, Temporal counts the tries from 1 again. */
export function isFirstTry(info: Info): boolean {
  return info.attempt === 1 && info.currentAttemptScheduledTimestampMs <= info.scheduledTimestampMs;
}

/** Whether an earlier try may have created the message. False if the last one recorded that none has. */
export function mayHaveBeenSent({ info }: Context): boolean {
  const record = lastRecord(info);
  const hasRecord = typeof record === 'object' && record !== null && 'nothingSentUpToAttempt' in record;
  return !isFirstTry(info) && !(hasRecord && record.nothingSentUpToAttempt === info.attempt - 1);
}

/** Sends heartbeats. They need not keep the record of the last try: only the try after it reads it. Returns the timer. */
export function startHeartbeats(context: Context): NodeJS.Timeout {
  // Deletes a record from before a reset, so that the next try does not take it for this one's.
  if (lastRecord(context.info) !== context.info.heartbeatDetails) context.heartbeat();
  return setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
}

/** The heartbeat details of the last try. Undefined after a reset: nobody knows which try they are from. */
function lastRecord({ attempt, heartbeatDetails }: Info): unknown {
  return attempt === 1 ? undefined : heartbeatDetails;
}
