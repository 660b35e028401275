import { type SmsSandbox, type SmsSandboxOptions, startSmsSandbox } from '../../sandbox';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN } from '../../sandbox/account';

/** Starts an SMS sandbox in this process, with the default account. */
export function startTestSandbox(options: Partial<SmsSandboxOptions> = {}): Promise<SmsSandbox> {
  return startSmsSandbox({
    port: 0,
    accountSid: SANDBOX_ACCOUNT_SID,
    authToken: SANDBOX_AUTH_TOKEN,
    ...options,
  });
}
