import { validateRequest } from 'twilio';
import type { DeliveryReport } from '../../domain/types';
import { deliveryError } from './delivery-errors';

export interface StatusCallbackOptions {
  readonly authToken: string;
  /** Without a slash at its end. */
  readonly publicUrl: string;
}

/** A request as it came: Twilio signs the URL that it was given, and the form's fields. */
export interface SignedRequest {
  /** Path and query. */
  readonly path: string;
  readonly signature: string;
  readonly form: Readonly<Record<string, unknown>>;
}

/** Said at start-up where delivery can't be reported. */
export const NO_STATUS_CALLBACK =
  'Delivery is not reported: that needs TWILIO_AUTH_TOKEN and a public https PUBLIC_URL';

export const STATUS_CALLBACK_PATH = '/webhooks/twilio/status';

/** The URL that Twilio reports one verification's texts to. */
export function statusCallbackUrl({ publicUrl }: StatusCallbackOptions, verificationId: string): string {
  return `${publicUrl}${STATUS_CALLBACK_PATH}?verification=${verificationId}`;
}

export function isSignedByTwilio(
  { authToken, publicUrl }: StatusCallbackOptions,
  request: SignedRequest,
): boolean {
  return validateRequest(authToken, request.signature, `${publicUrl}${request.path}`, { ...request.form });
}

/** What a callback says; undefined where it says nothing that matters, as before a text is sent. */
export function parseStatusCallback(form: Readonly<Record<string, unknown>>): DeliveryReport | undefined {
  const { MessageSid: sid, MessageStatus: status, ErrorCode: code } = form;
  if (typeof sid !== 'string') return undefined;
  if (status === 'sent' || status === 'delivered') return { sid, failure: null };
  if (status !== 'failed' && status !== 'undelivered') return undefined;
  return { sid, failure: deliveryError(Number(code)) };
}
