/** The account that the SMS sandbox opens unless the environment names another one. */
export const SANDBOX_ACCOUNT_SID = `AC${'0'.repeat(32)}`;
export const SANDBOX_AUTH_TOKEN = 'sms-sandbox';
/** A sender that Twilio's test accounts may use. */
export const SANDBOX_FROM = '+15005550006';
