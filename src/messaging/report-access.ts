import type { MessageSender } from './sender';

interface Log {
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Asks the provider once whether it accepts the credentials, and logs if it does not. A worker calls this at its start
 * without waiting. It never throws: a worker must also start while the provider is not reachable.
 */
export async function reportAccess(sender: MessageSender, log: Log, signal: AbortSignal): Promise<void> {
  try {
    const access = await sender.checkAccess(signal);
    if (access.result === 'refused') log.error(access.advice);
    if (access.result === 'unknown')
      log.warn(`The SMS provider's credentials could not be checked: ${access.reason}`);
  } catch {
    // Aborted: the worker stopped before the provider answered.
  }
}
