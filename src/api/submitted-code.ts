import { VerificationError } from '../domain/refusals';

/**
 * Removes spaces and hyphens from a code that a person typed. The verification checks the exact number of digits: it
 * keeps the rules with which it started.
 * @throws VerificationError `invalid_code` unless the code has 4 to 10 digits. This uses no attempt.
 */
export function parseSubmittedCode(text: string): string {
  const code = text.replaceAll(/[\s-]/g, '');
  if (!/^[0-9]{4,10}$/.test(code)) throw new VerificationError({ code: 'invalid_code' });
  return code;
}
