/** The account that the SMS sandbox accepts unless the environment names another one. */
export const SANDBOX_ACCOUNT_SID = `AC${'0'.repeat(32)}`;
export const SANDBOX_AUTH_TOKEN = 'sms-sandbox';
/** A sender that Twilio accepts with test credentials. */
export const SANDBOX_FROM = '+15005550006';

/** The credentials to use if the environment names no account. With an API key, no token is needed. */
export function sandboxCredentials(
  set: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const token = set['TWILIO_API_KEY_SID'] === undefined ? { TWILIO_AUTH_TOKEN: SANDBOX_AUTH_TOKEN } : {};
  return { TWILIO_ACCOUNT_SID: SANDBOX_ACCOUNT_SID, ...token };
}
