import { VerificationError } from '../domain/errors';

/**
 * A code as a person types it: spaces and hyphens don't count.
 * @throws VerificationError `invalid_code`; no attempt is spent then.
 */
export function parseSubmittedCode(text: string, codeLength: number): string {
  const code = text.replaceAll(/[\s-]/g, '');
  if (!/^[0-9]+$/.test(code) || code.length !== codeLength) {
    const detail = `A code has ${codeLength} digits. No attempt was spent.`;
    throw new VerificationError({ code: 'invalid_code' }, detail);
  }
  return code;
}
