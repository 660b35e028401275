/** An unforeseen error for a log line: its class and stack. Its message is left out, as it may hold a number or a secret. */
export function unforeseenError(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  return { error: error.name, at: (error.stack ?? '').split('\n    at ').slice(1) };
}
