/**
 * An unforeseen error as a log line shows it: the error's name and stack. The error's message is left out, since it may
 * contain a phone number or a secret.
 */
export function unforeseenError(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  return { error: error.name, at: (error.stack ?? '').split('\n    at ').slice(1) };
}
