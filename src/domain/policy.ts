import { retryAfterSeconds, type Refusal } from './refusals';
import type { Messages } from './messages';
import type { Policy } from './types';

/**
 * The longest time from a verification's start to the request of its first message, and from any message's request to
 * its acceptance by the provider. Later, no message is sent.
 */
export const SEND_DEADLINE_MS = 30_000;

/**
 * An unsuccessful run stays open at least this long, although callers see its result at once. A start uses a ledger
 * that is at most MAX_LEDGER_AGE_MS old. If a run began after that ledger was read, the start finds it open: so its
 * failed codes are never missed.
 */
export const MIN_UNSUCCESSFUL_RUN_MS = 2_000;
export const MAX_LEDGER_AGE_MS = 1_000;

/** With less time left in the window, a person could not answer another message in time. */
export const MIN_WINDOW_LEFT_FOR_RESEND_MS = 15_000;

/** Temporal ends a run that is still open this long after its window. Only a run that is stuck gets that old. */
export const RUN_TIMEOUT_AFTER_WINDOW_MS = 24 * 3_600_000;

/** Returns a refusal if an open verification may not send another message now. */
export function resendRefusal(
  policy: Policy,
  messages: Messages,
  windowLeftMs: number,
  now: number,
): Refusal | undefined {
  const { resendIntervalMs, maxResends, windowMs } = policy;
  const isLimitReached = messages.all.length > maxResends || windowMs < resendIntervalMs;
  if (isLimitReached || windowLeftMs < MIN_WINDOW_LEFT_FOR_RESEND_MS) return { code: 'resend_limit_reached' };
  const { last } = messages;
  const sentAt = last?.outcome?.outcome === 'accepted' ? last.outcome.acceptedAt : (last?.requestedAt ?? now);
  // While a message is in flight, the whole interval is still to come.
  const waitMs = last?.outcome ? sentAt + resendIntervalMs - now : Math.max(resendIntervalMs, 1);
  return waitMs > 0 ? { code: 'resend_too_soon', retryAfterSeconds: retryAfterSeconds(waitMs) } : undefined;
}
