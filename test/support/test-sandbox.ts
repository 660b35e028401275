import { type SmsSandbox, type SmsSandboxOptions, startSmsSandbox } from '../../sandbox';
import { SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN } from '../../sandbox/account';

/** Starts an SMS sandbox in this process, for the account that the service uses unless told otherwise. */
export function startTestSandbox(options: Partial<SmsSandboxOptions> = {}): Promise<SmsSandbox> {
  return startSmsSandbox({
    port: 0,
    accountSid: SANDBOX_ACCOUNT_SID,
    authToken: SANDBOX_AUTH_TOKEN,
    ...options,
  });
}
