import type { Refusal } from './refusals';
import type { Ledger, Limit, Status } from './types';

export const emptyLedger: Ledger = {
  unsuccessful: 0,
  failedCodes: 0,
  lastUnsuccessfulAt: null,
  messages: [],
};

/** How one verification ended, as far as the ledger minds. */
export interface Outcome {
  readonly status: Status;
  readonly failedCodes: number;
  /** When each message was requested that reached the provider, or may have; epoch milliseconds, oldest first. */
  readonly messages: readonly number[];
  /** RFC 3339. */
  readonly endedAt: string;
}

/** With so many failed codes a number is locked until it is forgotten: one in a hundred to have guessed four digits. */
const MAX_FAILED_CODES = 100;
/** Without any failed code nobody waits longer, or anybody could lock anybody out by starting and not answering. */
const LONGEST_WAIT_WITHOUT_GUESSES_SECONDS = 300;

/** `numberLimit` decides how many messages are worth remembering. */
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

/** Any failed code makes it so: otherwise guesses at a number whose messages never arrive would bring no wait. */
function isUnsuccessful({ status, failedCodes, messages }: Outcome): boolean {
  if (failedCodes > 0 || status === 'expired') return true;
  return status === 'canceled' && messages.length > 0;
}

/** Why no message goes to the number now: there were `limit.max` in the last `limit.periodMs`. */
export function numberLimitRefusal(
  messages: readonly number[],
  limit: Limit | null,
  now: number,
): Refusal | undefined {
  if (!limit) return undefined;
  const recent = messages.filter((requestedAt) => requestedAt > now - limit.periodMs);
  // When this one is too old to count, there is room for one more.
  const first = recent.at(-limit.max);
  if (first === undefined) return undefined;
  const retryAfterSeconds = Math.max(1, Math.ceil((first + limit.periodMs - now) / 1000));
  return { code: 'rate_limited', limit: 'number', retryAfterSeconds };
}

/** A verification's attempts: no more of them can fail than are left before the lock. */
export function attemptsAllowed({ failedCodes }: Ledger, maxAttempts: number): number {
  return Math.min(maxAttempts, MAX_FAILED_CODES - failedCodes);
}

/** Why a number gets none until it is forgotten, whatever time has passed. */
export function lockRefusal(ledger: Ledger, cooldownSeconds: readonly number[]): Refusal | undefined {
  if (ledger.failedCodes < MAX_FAILED_CODES) return undefined;
  return { code: 'phone_number_cooling_down', retryAfterSeconds: Math.max(...cooldownSeconds, 1) };
}

/**
 * Why a number gets no verification now; undefined if it gets one. After the n-th unsuccessful one the n-th wait counts
 * from that one's end, the last wait repeats.
 */
export function cooldownRefusal(
  ledger: Ledger,
  cooldownSeconds: readonly number[],
  now: number,
): Refusal | undefined {
  const locked = lockRefusal(ledger, cooldownSeconds);
  if (locked) return locked;
  if (ledger.unsuccessful === 0 || ledger.lastUnsuccessfulAt === null) return undefined;
  const step = cooldownSeconds[Math.min(ledger.unsuccessful, cooldownSeconds.length) - 1] ?? 0;
  const wait = ledger.failedCodes === 0 ? Math.min(step, LONGEST_WAIT_WITHOUT_GUESSES_SECONDS) : step;
  const left = Date.parse(ledger.lastUnsuccessfulAt) + wait * 1000 - now;
  const code = 'phone_number_cooling_down';
  return left > 0 ? { code, retryAfterSeconds: Math.ceil(left / 1000) } : undefined;
}
