import type { SmsSandbox } from '../sandbox';

/** The code in the newest message to a number; undefined without a message or a code. */
export function receivedCode(sandbox: SmsSandbox, phoneNumber: string): string | undefined {
  return codeIn(sandbox.inbox(phoneNumber)[0]?.body ?? '');
}

/** The code in the body of a message; undefined if it has none. */
export function codeIn(body: string): string | undefined {
  return /\d{4,10}/.exec(body)?.[0];
}

/** A code with the same number of digits that is not this one. */
export function wrongCodeFor(code: string): string {
  const zeros = '0'.repeat(code.length);
  return code === zeros ? `${zeros.slice(1)}1` : zeros;
}
