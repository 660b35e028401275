import type { DeliveryError } from './types';

/** Delivery errors that this service reports itself. All others have the SMS provider's error code. */
export const ownDeliveryErrors = {
  worker_unavailable: {
    code: 'worker_unavailable',
    message: 'The service was not able to send the message in time. Start a new verification.',
  },
  delivery_unknown: {
    code: 'delivery_unknown',
    message: 'The SMS provider did not confirm the message. Start a new verification.',
  },
} as const satisfies Record<string, DeliveryError>;

/** The type of the activity's failure if it is certain that no message was sent. */
export const NOTHING_SENT = 'NothingSent';

/** Whether this is one of the codes above, or has the form of the provider's error codes. */
export function isDeliveryErrorCode(code: string): boolean {
  return Object.hasOwn(ownDeliveryErrors, code) || /^\d{1,10}$/.test(code);
}
