import { MIN_WINDOW_LEFT_FOR_RESEND_MS } from '../../domain/policy';

const NO_RESEND = { resendInSeconds: null, resendEndsInSeconds: null };

/** In the last seconds of the window, no message may be requested. */
export function resendTimes(expiresAt: string | null, nextResendAt: string | null, now: number) {
  if (expiresAt === null || nextResendAt === null) return NO_RESEND;
  const endsAt = Date.parse(expiresAt) - MIN_WINDOW_LEFT_FOR_RESEND_MS;
  if (Math.max(now, Date.parse(nextResendAt)) > endsAt) return NO_RESEND;
  return {
    resendInSeconds: secondsUntil(nextResendAt, now),
    // Rounded down: a button that is shown too long leads to a refusal.
    resendEndsInSeconds: Math.floor((endsAt - now) / 1000),
  };
}

/** Rounded up, at least 0. `time`: RFC 3339. */
export function secondsUntil(time: string | null, now: number): number | null {
  return time === null ? null : Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));
}
