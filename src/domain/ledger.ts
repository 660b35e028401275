import { retryAfterSeconds, type Refusal } from './refusals';
import type { Ledger, Limit, Status } from './types';

export const emptyLedger: Ledger = {
  unsuccessful: 0,
  failedCodes: 0,
  lastUnsuccessfulAt: null,
  messages: [],
};

/** What the ledger records of a verification that has ended. */
export interface Outcome {
  readonly status: Status;
  readonly failedCodes: number;
  /** When the messages were requested that were sent or may have been: epoch milliseconds, oldest first. */
  readonly messages: readonly number[];
  /** RFC 3339. */
  readonly endedAt: string;
}

/** A number with this many failed codes is locked. 100 guesses at four-digit codes succeed with a chance of 1 %. */
const MAX_FAILED_CODES = 100;
/** Nobody knows when a lock ends. A client that comes back once a day is early enough. */
const MIN_LOCK_RETRY_SECONDS = 86_400;
/**
 * The longest cool-down of a number without failed codes. Otherwise anyone could block a number for longer, by
 * starting verifications for it and not answering them.
 */
const MAX_WAIT_WITHOUT_FAILED_CODES_SECONDS = 300;

/** The ledger after one more verification. It keeps the times of the last `numberLimit.max` messages. */
export function ledgerAfter(before: Ledger, outcome: Outcome, numberLimit: Limit | null): Ledger {
  const { status, failedCodes, endedAt } = outcome;
  const messages = numberLimit ? [...before.messages, ...outcome.messages].slice(-numberLimit.max) : [];
  if (status === 'verified') return { ...emptyLedger, messages };
  const unsuccessful = isUnsuccessful(outcome);
  return {
    unsuccessful: before.unsuccessful + (unsuccessful ? 1 : 0),
    failedCodes: before.failedCodes + failedCodes,
    lastUnsuccessfulAt: unsuccessful ? endedAt : before.lastUnsuccessfulAt,
    messages,
  };
}

/**
 * A verification with a failed code is always unsuccessful. Otherwise guesses at a number whose messages never arrive
 * would cause no cool-down.
 */
function isUnsuccessful({ status, failedCodes, messages }: Outcome): boolean {
  if (failedCodes > 0 || status === 'expired') return true;
  return status === 'canceled' && messages.length > 0;
}

/** Returns a refusal if `limit.max` messages were requested in the last `limit.periodMs`. */
export function numberLimitRefusal(
  messages: readonly number[],
  limit: Limit | null,
  now: number,
): Refusal | undefined {
  if (!limit) return undefined;
  const recent = messages.filter((requestedAt) => requestedAt > now - limit.periodMs);
  // The next message is allowed when this one is older than the period.
  const blocking = recent.at(-limit.max);
  if (blocking === undefined) return undefined;
  const waitMs = blocking + limit.periodMs - now;
  return { code: 'rate_limited', limit: 'number', retryAfterSeconds: retryAfterSeconds(waitMs) };
}

/** How many attempts a verification gets: at most as many as can fail before the number is locked. */
export function attemptsAllowed({ failedCodes }: Ledger, maxAttempts: number): number {
  return Math.min(maxAttempts, MAX_FAILED_CODES - failedCodes);
}

/** Whether a number with this ledger is locked. Its last verification then ended as `max_attempts_reached`. */
export function isLocked({ failedCodes }: Ledger): boolean {
  return failedCodes >= MAX_FAILED_CODES;
}

/**
 * Returns a refusal for a locked number. The lock lasts until the number's last run is deleted from Temporal
 * (`npm run forget`, or the namespace's retention).
 */
export function lockRefusal(ledger: Ledger, cooldownSeconds: readonly number[]): Refusal | undefined {
  if (!isLocked(ledger)) return undefined;
  return {
    code: 'phone_number_cooling_down',
    retryAfterSeconds: Math.max(...cooldownSeconds, MIN_LOCK_RETRY_SECONDS),
  };
}

/**
 * Returns a refusal for a number that is locked or cooling down. The n-th wait begins when the n-th unsuccessful
 * verification ends. The last wait repeats.
 */
export function cooldownRefusal(
  ledger: Ledger,
  cooldownSeconds: readonly number[],
  now: number,
): Refusal | undefined {
  const locked = lockRefusal(ledger, cooldownSeconds);
  if (locked) return locked;
  if (ledger.unsuccessful === 0 || ledger.lastUnsuccessfulAt === null) return undefined;
  const configuredSeconds = cooldownSeconds[Math.min(ledger.unsuccessful, cooldownSeconds.length) - 1] ?? 0;
  const waitSeconds =
    ledger.failedCodes === 0
      ? Math.min(configuredSeconds, MAX_WAIT_WITHOUT_FAILED_CODES_SECONDS)
      : configuredSeconds;
  // Temporal's clock has set the time of the end. If this process's clock is behind, the wait must not become longer.
  const sinceEndMs = Math.max(0, now - Date.parse(ledger.lastUnsuccessfulAt));
  const leftMs = waitSeconds * 1000 - sinceEndMs;
  const code = 'phone_number_cooling_down';
  return leftMs > 0 ? { code, retryAfterSeconds: retryAfterSeconds(leftMs) } : undefined;
}
