/**
 * Calls `poll` again and again with a signal that aborts after `lifetimeMs`, until it returns or fails before that. It
 * fails when `stopped` aborts.
 *
 * The SDK's `result()` polls until a workflow ends. For each poll, the SDK adds a listener to the signal, and removes
 * none: they hold the calls in memory, and with the eleventh Node warns.
 */
export async function withNewSignals<T>(
  stopped: AbortSignal,
  lifetimeMs: number,
  poll: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  for (;;) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, lifetimeMs);
    stopped.addEventListener('abort', abort);
    try {
      return await poll(controller.signal);
    } catch (error) {
      if (stopped.aborted || !controller.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener('abort', abort);
    }
  }
}
