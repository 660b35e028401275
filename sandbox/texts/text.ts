import { randomBytes } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';

/** The number a messaging service sends from here: Twilio's own "passes all validation" test sender. */
export const POOL_NUMBER = '+15005550006';

export const CarrierErrorCode = Type.Union([
  Type.Literal(30003),
  Type.Literal(30004),
  Type.Literal(30005),
  Type.Literal(30006),
  Type.Literal(30007),
  Type.Literal(30008),
]);
/** Why a carrier did not deliver a text that Twilio had accepted. */
export type CarrierErrorCode = Static<typeof CarrierErrorCode>;

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** One text as the sandbox keeps it. Times are RFC 3339 in UTC with milliseconds. */
export const Text = Type.Object({
  sid: Type.String(),
  to: Type.String(),
  from: Type.String(),
  messagingServiceSid: Nullable,
  body: Type.String(),
  status: Type.Union([
    Type.Literal('accepted'),
    Type.Literal('queued'),
    Type.Literal('sent'),
    Type.Literal('delivered'),
    Type.Literal('undelivered'),
  ]),
  statusCallback: Nullable,
  /** Decided when the text is created; shows once it is `undelivered`. */
  carrierError: Type.Union([CarrierErrorCode, Type.Null()]),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  sentAt: Nullable,
});
export type Text = Static<typeof Text>;

/** What a create-message call asks for: a sender, a messaging service, or both. */
export interface OutgoingText {
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  statusCallback: string | null;
}

interface Circumstances {
  bodyPrefix: string;
  carrierError: CarrierErrorCode | null;
}

export function createText(request: OutgoingText, { bodyPrefix, carrierError }: Circumstances): Text {
  const now = new Date().toISOString();
  return {
    sid: `SM${randomBytes(16).toString('hex')}`,
    to: request.to,
    from: request.from ?? POOL_NUMBER,
    messagingServiceSid: request.messagingServiceSid,
    body: bodyPrefix + request.body,
    status: request.messagingServiceSid === null ? 'queued' : 'accepted',
    statusCallback: request.statusCallback,
    carrierError,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
  };
}

export function isUnderWay(text: Text): boolean {
  return text.status !== 'delivered' && text.status !== 'undelivered';
}

/** The text one status further on its way. */
export function advanceText(text: Text): Text {
  const now = new Date().toISOString();
  switch (text.status) {
    case 'accepted':
      return { ...text, status: 'queued', updatedAt: now };
    case 'queued':
      return { ...text, status: 'sent', updatedAt: now, sentAt: now };
    case 'sent':
      return { ...text, status: text.carrierError === null ? 'delivered' : 'undelivered', updatedAt: now };
    case 'delivered':
    case 'undelivered':
      return text;
  }
}

/** The sender as Twilio's API shows it: a messaging service picks one when it sends, not before. */
export function shownSender(text: Text): string | null {
  return text.messagingServiceSid !== null && text.sentAt === null ? null : text.from;
}

/** The carrier's error as Twilio's API shows it: only once it is known. */
export function shownError(text: Text): CarrierErrorCode | null {
  return text.status === 'undelivered' ? text.carrierError : null;
}
