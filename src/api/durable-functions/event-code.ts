import { VerificationError } from '../../domain/refusals';

/**
 * The code in an event's body: up to 10 digits, optionally in quotes. Leading zeros may be missing, since the sample's
 * code is a number; they may also be there, although `0068` is not JSON.
 * Anything else is an `invalid_code`, which spends no attempt.
 */
export function parseEventCode(body: string): string | VerificationError {
  const [, , digits] = /^\s*("?)([0-9]{1,10})\1\s*$/.exec(body) ?? [];
  if (digits !== undefined) return digits;
  const detail = "Send the code's digits as the body. No attempt was spent.";
  return new VerificationError({ code: 'invalid_code' }, detail);
}
