import { VerificationError } from '../../domain/refusals';

/**
 * A code as a person types it: spaces and hyphens don't count. Whether it has as many digits as the verification's
 * code is for the verification to say: it keeps the rules that it began with.
 * @throws VerificationError `invalid_code` unless it is 4 to 10 digits; no attempt is spent then.
 */
export function parseSubmittedCode(text: string): string {
  const code = text.replaceAll(/[\s-]/g, '');
  if (!/^[0-9]{4,10}$/.test(code)) throw new VerificationError({ code: 'invalid_code' });
  return code;
}
