import type { TwilioErrorCode } from '../twilio/error';
import { magicRecipients, magicSenders } from '../twilio/magic-numbers';

const meanings: Readonly<Partial<Record<TwilioErrorCode, string>>> = {
  21211: 'not a valid phone number',
  21212: 'not a valid sender',
  21408: 'no messages to this region allowed',
  21606: 'the account has no such SMS number',
  21610: 'the recipient has unsubscribed',
  21611: 'the sender’s queue is full',
  21612: 'can’t be reached by SMS',
  21614: 'not a mobile number',
};

/** What the page says about Twilio's magic numbers. */
export const magicNumbers = { recipients: explained(magicRecipients), senders: explained(magicSenders) };

function explained(numbers: ReadonlyMap<string, TwilioErrorCode>) {
  return [...numbers].map(([number, code]) => ({ number, code, meaning: meanings[code] ?? '' }));
}
