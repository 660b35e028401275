const CREDENTIALS =
  'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET)';

export const REFUSED_CREDENTIALS = `Twilio refuses the credentials: check ${CREDENTIALS}.`;

/** What an operator must check after an error that only operators can fix. Source: Twilio's error dictionary. */
const advice: Readonly<Record<number, string>> = {
  20003: REFUSED_CREDENTIALS,
  20005: 'The Twilio account is not active: check its status and balance in the Twilio Console.',
  20008:
    'These are Twilio’s test credentials, which can’t list messages: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
  20404: 'Twilio does not know the account: check TWILIO_ACCOUNT_SID and TWILIO_API_URL.',
  21212: 'The sender is not valid: check TWILIO_FROM.',
  21408:
    'Messages to this country are switched off: check the SMS geographic permissions in the Twilio Console, or leave the country out of ALLOWED_COUNTRIES.',
  21603: 'There is no sender: check TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID.',
  21606: 'The sender can’t send SMS or is not this account’s: check TWILIO_FROM.',
  21608:
    'A trial account can only send to verified numbers: verify the number in the Twilio Console, or upgrade the account.',
  21609: 'The address for delivery reports is not valid: check PUBLIC_URL.',
  21612:
    'The sender can’t reach this number: check in the Twilio Console which countries TWILIO_FROM can send to.',
  21617: 'The message is too long: check SMS_TEMPLATE.',
  21659: 'The sender is not a Twilio number or not one for this country: check TWILIO_FROM.',
  21660: 'The sender is another account’s: check TWILIO_FROM and TWILIO_ACCOUNT_SID.',
  21661: 'The sender can’t send SMS: check TWILIO_FROM.',
  21701: 'There is no such messaging service: check TWILIO_MESSAGING_SERVICE_SID.',
  21703: 'The messaging service has no sender: check the sender pool of TWILIO_MESSAGING_SERVICE_SID.',
  21705: 'The messaging service is not valid: check TWILIO_MESSAGING_SERVICE_SID.',
};

/** A sentence for operators; undefined if the error is about the recipient's number. */
export function operatorAdvice(code: number): string | undefined {
  return advice[code];
}
