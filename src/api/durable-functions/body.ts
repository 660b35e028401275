import { VerificationError } from '../../domain/refusals';

/** A body as text, without the byte order mark that some clients put in front. */
export function textOf(body: unknown): string {
  return typeof body === 'string' ? body.replace(/^\uFEFF/, '') : '';
}

/**
 * What an orchestrator is started with: the sample's is a JSON string.
 * @throws VerificationError `invalid_request`
 */
export function parseStartInput(body: unknown): string {
  const detail = 'Send the number as a JSON string, for example "+14255550123" with its quotes.';
  try {
    const value: unknown = JSON.parse(textOf(body));
    if (typeof value === 'string') return value;
  } catch {
    // Not JSON: the same answer as for JSON that is no string.
  }
  throw new VerificationError({ code: 'invalid_request' }, detail);
}
