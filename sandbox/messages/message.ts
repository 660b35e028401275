import { randomBytes } from 'node:crypto';
import { type Static, Type } from '@sinclair/typebox';
import { SANDBOX_FROM } from '../account';
import { CarrierErrorCode } from './carrier-errors';

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** One message as the sandbox stores it. Times are RFC 3339 in UTC with milliseconds. */
export const Message = Type.Object({
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
  /** Why the message will not arrive. Reported only when it is `undelivered`. */
  carrierError: Type.Union([CarrierErrorCode, Type.Null()]),
  createdAt: Type.String(),
  updatedAt: Type.String(),
  sentAt: Nullable,
});
export type Message = Static<typeof Message>;

/** The content of a create-message call. It has a sender, a messaging service, or both. */
export interface OutgoingMessage {
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  statusCallback: string | null;
}

interface MessageOptions {
  bodyPrefix: string;
  carrierError: CarrierErrorCode | null;
}

export function createMessage(
  request: OutgoingMessage,
  { bodyPrefix, carrierError }: MessageOptions,
): Message {
  const now = new Date().toISOString();
  return {
    sid: `SM${randomBytes(16).toString('hex')}`,
    to: request.to,
    // A messaging service also sends from this number.
    from: request.from ?? SANDBOX_FROM,
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

export function hasFinalStatus(message: Message): boolean {
  return message.status === 'delivered' || message.status === 'undelivered';
}

/** Returns the message with its next status. */
export function advanceMessage(message: Message): Message {
  const now = new Date().toISOString();
  switch (message.status) {
    case 'accepted':
      return { ...message, status: 'queued', updatedAt: now };
    case 'queued':
      return { ...message, status: 'sent', updatedAt: now, sentAt: now };
    case 'sent':
      return {
        ...message,
        status: message.carrierError === null ? 'delivered' : 'undelivered',
        updatedAt: now,
      };
    case 'delivered':
    case 'undelivered':
      return message;
  }
}

/** The sender in Twilio's answers and callbacks: null until a messaging service has sent the message. */
export function reportedSender(message: Message): string | null {
  return message.messagingServiceSid !== null && message.sentAt === null ? null : message.from;
}

/** The carrier's error in Twilio's answers and callbacks: null until the message is `undelivered`. */
export function reportedError(message: Message): CarrierErrorCode | null {
  return message.status === 'undelivered' ? message.carrierError : null;
}
