import { VerificationError } from '../../domain/refusals';

/**
 * The code in an event's body: up to 10 digits, with or without quotes. Leading zeros may be missing, since the sample
 * sends a number. They may also be present, although `0068` is not valid JSON.
 * For any other body, it returns the error `invalid_code`, which uses no attempt.
 */
export function parseEventCode(body: string): string | VerificationError {
  const [, , digits] = /^\s*("?)([0-9]{1,10})\1\s*$/.exec(body) ?? [];
  if (digits !== undefined) return digits;
  const detail = "Send the code's digits as the body. No attempt was used.";
  return new VerificationError({ code: 'invalid_code' }, detail);
}
