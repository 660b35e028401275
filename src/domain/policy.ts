import { retryAfterSeconds, type Refusal } from './refusals';
import type { Messages } from './messages';
import type { Policy, VerificationView } from './types';

/**
 * The longest time from a verification's start to the request of its first message, and from any message's request to
 * its acceptance by the provider. Later, no message is sent.
 */
export const SEND_DEADLINE_MS = 30_000;

/**
 * A run that does not end `verified` stays open at least this long, although callers see its result at once. A start
 * uses a ledger that is at most MAX_LEDGER_AGE_MS old. If a run began after that ledger was read, the start finds it
 * open: so its failed codes are never missed.
 */
export const MIN_UNVERIFIED_RUN_MS = 2_000;
export const MAX_LEDGER_AGE_MS = 1_000;

/** The largest `maxResends` that a configuration may have. */
export const LARGEST_MAX_RESENDS = 10;
/** No verification has more messages: the first and its resends. */
export const MAX_MESSAGES = 1 + LARGEST_MAX_RESENDS;

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
  if (isResendLimitReached(policy, messages)) return { code: 'resend_limit_reached' };
  if (windowLeftMs < MIN_WINDOW_LEFT_FOR_RESEND_MS)
    return { code: 'resend_limit_reached', windowEndsInSeconds: retryAfterSeconds(windowLeftMs) };
  const { resendIntervalMs } = policy;
  const readyAt = intervalEndsAt(resendIntervalMs, messages);
  // While a message is in flight, the whole interval is still to come.
  const waitMs = readyAt === undefined ? Math.max(resendIntervalMs, 1) : readyAt - now;
  return waitMs > 0 ? { code: 'resend_too_soon', retryAfterSeconds: retryAfterSeconds(waitMs) } : undefined;
}

/**
 * Returns a refusal if the attempts of a number's last verification are used up and its window would still be open.
 * Only starts that may join a verification have this rule: a new code would give them new attempts without a wait.
 */
export function attemptsUsedUpRefusal(
  { status, expiresAt, endedAt, windowMs }: VerificationView,
  now: number,
): Refusal | undefined {
  if (status !== 'max_attempts_reached' || endedAt === null) return undefined;
  const endsAt = expiresAt === null ? Date.parse(endedAt) + windowMs : Date.parse(expiresAt);
  if (now >= endsAt) return undefined;
  return {
    code: 'verification_ended',
    verificationStatus: status,
    retryAfterSeconds: retryAfterSeconds(endsAt - now),
  };
}

interface OpenVerification {
  readonly input: { readonly policy: Policy };
  readonly messages: Messages;
  /** When the window closes, epoch milliseconds; null before it opens. */
  readonly expiresAt: number | null;
}

/**
 * When an open verification may send its next message, epoch milliseconds. Null if it may send no more, and while a
 * message is in flight.
 */
export function nextResendAt({ input: { policy }, messages, expiresAt }: OpenVerification): number | null {
  const readyAt = intervalEndsAt(policy.resendIntervalMs, messages);
  if (readyAt === undefined || expiresAt === null || isResendLimitReached(policy, messages)) return null;
  return readyAt <= expiresAt - MIN_WINDOW_LEFT_FOR_RESEND_MS ? readyAt : null;
}

function isResendLimitReached(
  { resendIntervalMs, maxResends, windowMs }: Policy,
  messages: Messages,
): boolean {
  return messages.all.length > maxResends || windowMs < resendIntervalMs;
}

/** When the interval after the last message ends, epoch milliseconds; undefined if there is none, or in flight. */
function intervalEndsAt(resendIntervalMs: number, { last }: Messages): number | undefined {
  if (!last?.outcome) return undefined;
  const sentAt = last.outcome.outcome === 'accepted' ? last.outcome.acceptedAt : last.requestedAt;
  return sentAt + resendIntervalMs;
}
