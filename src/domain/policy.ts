import type { Refusal } from './refusals';
import type { Messages } from './messages';
import type { Policy } from './types';

/** A first message is asked for at most this long after the start, and is with the provider this long after that, or never. */
export const SEND_DEADLINE_MS = 30_000;

/**
 * An unsuccessful run stays open so long, although it answers at once: whoever starts a verification by a ledger that
 * was read at most MAX_LEDGER_AGE_MS ago then meets it, and can't overlook its failed codes.
 */
export const MIN_UNSUCCESSFUL_RUN_MS = 2_000;
export const MAX_LEDGER_AGE_MS = 1_000;

/** With less of the window left, another message would come too late to be answered. */
export const MIN_WINDOW_LEFT_FOR_RESEND_MS = 15_000;

/** After this long beyond its window a run that is still open can only be wedged: Temporal ends it. */
export const RUN_TIMEOUT_AFTER_WINDOW_MS = 24 * 3_600_000;

/** Why no further message is sent now in a verification that is open. */
export function resendRefusal(
  policy: Policy,
  messages: Messages,
  windowLeftMs: number,
  now: number,
): Refusal | undefined {
  const { resendIntervalMs, maxResends, windowMs } = policy;
  const usedUp = messages.all.length > maxResends || windowMs < resendIntervalMs;
  if (usedUp || windowLeftMs < MIN_WINDOW_LEFT_FOR_RESEND_MS) return { code: 'resend_limit_reached' };
  const { last } = messages;
  // A message in flight counts as one of this moment.
  const sentAt = last?.outcome?.outcome === 'accepted' ? last.outcome.acceptedAt : (last?.requestedAt ?? now);
  const wait = last?.outcome ? sentAt + resendIntervalMs - now : Math.max(resendIntervalMs, 1);
  return wait > 0 ? { code: 'resend_too_soon', retryAfterSeconds: Math.ceil(wait / 1000) } : undefined;
}
