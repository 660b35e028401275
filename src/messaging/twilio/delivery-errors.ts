import type { DeliveryError } from '../../domain/types';
import { operatorAdvice } from './operator-advice';

/**
 * Our sentence for each of Twilio's error codes that a person can do something about. Twilio's own message is never
 * passed on: it can hold the number. Source: Twilio's error dictionary.
 */
const sentences: Readonly<Record<string, string>> = {
  20003: 'The SMS provider refused our credentials. Tell whoever runs this service.',
  21211: 'This is not a phone number that can get a text. Check it for a typing error.',
  21212: 'Our sender number is not valid. Tell whoever runs this service.',
  21408: 'We do not send texts to this country.',
  21606: 'Our sender number cannot send texts to this number. Tell whoever runs this service.',
  21608: 'Our trial account sends texts to confirmed numbers only. Tell whoever runs this service.',
  21610: 'This number has opted out of our texts. Reply START to an earlier one, then try again.',
  21612: 'This number cannot be reached by text from here.',
  21614: 'This number cannot get texts. Use a mobile number.',
  30003: 'The phone could not be reached. Check that it is switched on and has a signal, then try again.',
  30004: 'The phone or its carrier blocks our texts. Unblock them or use another number.',
  30005: 'This number is not in service. Check it for a typing error.',
  30006: 'This number cannot get texts: it is a landline, or its carrier takes none.',
  30007: 'The carrier filtered our text. Try another number.',
  30008: 'The text was lost on its way. Try again.',
};

/** Twilio's word for the carrier having refused a text without saying why. */
const UNKNOWN_ERROR = 30008;
const OPERATOR_SENTENCE = 'The SMS provider refused our settings. Tell whoever runs this service.';
const DEFAULT_SENTENCE = 'The text could not be delivered. Check the number or try another.';

/** The provider's or carrier's code with a sentence of ours. */
export function deliveryError(reported: number): DeliveryError {
  // A number like 1e30 is none of the provider's.
  const code = Number.isSafeInteger(reported) && reported > 0 ? reported : UNKNOWN_ERROR;
  const fallback = operatorAdvice(code) === undefined ? DEFAULT_SENTENCE : OPERATOR_SENTENCE;
  return { code: String(code), message: sentences[code] ?? fallback };
}
