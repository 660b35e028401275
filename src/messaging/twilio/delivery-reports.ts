import { validateRequest } from 'twilio';
import type { DeliveryReports } from '../sender';
import { deliveryError } from './delivery-errors';

export interface TwilioReportsOptions {
  /** Twilio signs its reports with this token. */
  readonly authToken: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
}

/** Logged at start-up if delivery reports are not possible. */
export const NO_DELIVERY_REPORTS =
  'Delivery is not reported: reports need TWILIO_AUTH_TOKEN and a public https PUBLIC_URL';

const PATH = '/webhooks/twilio/status';

/** The statuses of a message that is sent, as Twilio documents them. */
const STATUSES: readonly unknown[] = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
  'read',
];

/**
 * Twilio's status callbacks. The signature covers the URL that we gave Twilio, and the form's fields.
 * `options`: undefined if delivery reports are not possible.
 */
export function createTwilioReports(options: TwilioReportsOptions | undefined): DeliveryReports {
  return {
    enabled: options !== undefined,
    path: PATH,
    signatureHeader: 'x-twilio-signature',
    exampleFields: { MessageSid: `SM${'0'.repeat(32)}`, MessageStatus: 'delivered' },
    urlFor(verificationId, { sentAt, messageIndex }) {
      if (!options) return undefined;
      const url = `${options.publicUrl}${PATH}?verification=${verificationId}&sentAt=${sentAt}`;
      return messageIndex === undefined ? url : `${url}&messageIndex=${messageIndex}`;
    },
    isSigned: ({ url, signature, fields }) =>
      options !== undefined &&
      validateRequest(options.authToken, signature, `${options.publicUrl}${url}`, { ...fields }),
    statusOf: ({ MessageStatus: status }) => (STATUSES.includes(status) ? String(status) : 'other'),
    parseReport({ MessageSid: sid, MessageStatus: status, ErrorCode: code }) {
      if (typeof sid !== 'string') return undefined;
      if (status === 'sent' || status === 'delivered') return { sid, failure: null };
      if (status !== 'failed' && status !== 'undelivered') return undefined;
      return { sid, failure: deliveryError(Number(code)) };
    },
  };
}
