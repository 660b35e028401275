import type { Info } from '@temporalio/activity';
import type { SendMessageRequest } from './send-message-request';

/**
 * How long the code in this message is valid. `beganAt`: when this try began, by `performance.now()`.
 *
 * It does not compare the server's time with this worker's clock. If that is ahead, the provider would drop the message
 * as too old. So it does not know how long this try waited for a worker: the message can be valid for that much longer,
 * up to 24 s.
 */
export function validityLeftMs(
  { validityMs, messageIndex = 0 }: SendMessageRequest,
  { scheduledTimestampMs, currentAttemptScheduledTimestampMs }: Info,
  beganAt: number,
): number {
  // The first message opens the window when it is accepted. For another one, the window is open already.
  if (messageIndex === 0) return validityMs;
  const earlierTriesMs = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  return Math.max(0, validityMs - earlierTriesMs - (performance.now() - beganAt));
}

/** The time until the deadline of this message. */
export function timeLeftMs({ scheduledTimestampMs, scheduleToCloseTimeoutMs }: Info): number {
  return scheduledTimestampMs + scheduleToCloseTimeoutMs - Date.now();
}
