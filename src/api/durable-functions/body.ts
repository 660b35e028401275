import { VerificationError } from '../../domain/refusals';

/** The body as a string, without the byte order mark that some clients add. */
export function bodyText(body: unknown): string {
  return typeof body === 'string' ? body.replace(/^\uFEFF/, '') : '';
}

/**
 * The input of a start: a phone number as a JSON string, as in the sample.
 * @throws VerificationError `invalid_request`
 */
export function parseStartInput(body: unknown): string {
  const detail = 'Send the number as a JSON string, for example "+14255550123" with its quotes.';
  try {
    const value: unknown = JSON.parse(bodyText(body));
    if (typeof value === 'string') return value;
  } catch {
    // Not JSON. It gets the same answer as JSON that is not a string.
  }
  throw new VerificationError({ code: 'invalid_request' }, detail);
}
