import { VerificationError } from '../../domain/errors';

/**
 * The code in an event's body: digits, optionally in quotes. Leading zeros may be missing, since the sample's code is
 * a number; they may also be there, although `0068` is not JSON.
 * @throws VerificationError `invalid_code`; no attempt is spent then.
 */
export function parseEventCode(body: string, codeLength: number): string {
  const [, , digits] = /^\s*("?)([0-9]+)\1\s*$/.exec(body) ?? [];
  if (digits === undefined || digits.length > codeLength) {
    const detail = `Send the code's ${codeLength} digits as the body. No attempt was spent.`;
    throw new VerificationError({ code: 'invalid_code' }, detail);
  }
  return digits.padStart(codeLength, '0');
}
