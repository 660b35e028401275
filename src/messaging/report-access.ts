import type { MessageSender } from './sender';

interface Log {
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Asks the provider once whether it accepts the credentials, and logs it if not. For a worker's start: nothing waits for
 * it, and it never throws, so that a provider that is away for a moment keeps no worker from starting.
 */
export async function reportAccess(sender: MessageSender, log: Log, signal: AbortSignal): Promise<void> {
  try {
    const access = await sender.checkAccess(signal);
    if (access.result === 'refused') log.error(access.advice);
    if (access.result === 'unknown')
      log.warn(`The SMS provider's credentials could not be checked: ${access.reason}`);
  } catch {
    // Aborted: the worker stops before it has an answer.
  }
}
