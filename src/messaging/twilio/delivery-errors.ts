import type { DeliveryError } from '../../domain/types';
import { operatorAdvice } from './operator-advice';

/**
 * Our sentences for Twilio's error codes. Callers never see Twilio's own text: it can contain the phone number.
 * Source: Twilio's error dictionary.
 */
const sentences: Readonly<Record<string, string>> = {
  20003: 'The SMS provider refused our credentials. Please tell the operator of this service.',
  21211: 'This phone number cannot receive messages. Check it for a typing error.',
  21212: 'Our sender number is not valid. Please tell the operator of this service.',
  21408: 'We do not send messages to this country.',
  21606: 'Our sender number cannot send messages to this number. Please tell the operator of this service.',
  21608:
    'Our trial account can only send messages to confirmed numbers. Please tell the operator of this service.',
  21610: 'This number has unsubscribed from our messages. Reply START to an earlier message, then try again.',
  21612: 'We cannot send messages to this number.',
  21614: 'This number cannot receive messages. Use a mobile number.',
  30003: 'The phone could not be reached. Check that it is switched on and has a signal, then try again.',
  30004: 'The phone or its carrier blocks our messages. Unblock them or use another number.',
  30005: 'This number is not in service. Check it for a typing error.',
  30006: 'This number cannot receive messages: it is a landline, or its carrier does not accept messages.',
  30007: 'The carrier blocked our message as spam. Try another number.',
  30008: 'The carrier did not deliver the message. Try again.',
};

/** Twilio's code for "the carrier did not deliver the message and gave no reason". */
const UNKNOWN_ERROR = 30008;
const OPERATOR_SENTENCE = 'The SMS provider refused our settings. Please tell the operator of this service.';
const DEFAULT_SENTENCE = 'The message could not be delivered. Check the number or try another.';

/** Twilio's codes have five digits. A longer number could be a phone number, a shorter one is a proxy's own code. */
export function isTwilioCode(reported: number): boolean {
  return Number.isInteger(reported) && reported >= 10_000 && reported <= 99_999;
}

/** Twilio's error code with our sentence. `reported` comes from outside: an invalid code becomes UNKNOWN_ERROR. */
export function deliveryError(reported: number): DeliveryError {
  const code = isTwilioCode(reported) ? reported : UNKNOWN_ERROR;
  const fallback = operatorAdvice(code) === undefined ? DEFAULT_SENTENCE : OPERATOR_SENTENCE;
  return { code: String(code), message: sentences[code] ?? fallback };
}
