import type { DeliveryError } from './types';

/** Why a verification ended `undeliverable`, where the reason is ours and not the SMS provider's. */
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
