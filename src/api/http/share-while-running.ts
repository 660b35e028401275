/**
 * Returns a function that calls `make` unless a call is running: requests at the same time share its result. One client can
 * send thousands of requests at once, and needs no API key for it.
 */
export function shareWhileRunning<T>(make: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= make().finally(() => {
      running = undefined;
    }));
}
