import { type Static, Type } from '@sinclair/typebox';
import { carrierErrors } from '../messages/carrier-errors';
import { type Message, reportedError, reportedSender } from '../messages/message';

export const API_VERSION = '2010-04-01';

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** A message as Twilio's API returns it, with RFC 2822 dates, and numbers as strings. */
export const MessageResource = Type.Object({
  sid: Type.String(),
  account_sid: Type.String(),
  messaging_service_sid: Nullable,
  to: Type.String(),
  from: Nullable,
  body: Type.String(),
  status: Type.String(),
  direction: Type.String(),
  num_segments: Type.String(),
  num_media: Type.String(),
  date_created: Type.String(),
  date_updated: Type.String(),
  date_sent: Nullable,
  error_code: Type.Union([Type.Integer(), Type.Null()]),
  error_message: Nullable,
  price: Type.Null(),
  price_unit: Type.String(),
  api_version: Type.String(),
  uri: Type.String(),
  subresource_uris: Type.Object({ media: Type.String() }),
});
export type MessageResource = Static<typeof MessageResource>;

export function messagesPath(accountSid: string): string {
  return `/${API_VERSION}/Accounts/${accountSid}/Messages`;
}

export function toMessageResource(message: Message, accountSid: string): MessageResource {
  const path = `${messagesPath(accountSid)}/${message.sid}`;
  const sender = reportedSender(message);
  const error = reportedError(message);
  return {
    sid: message.sid,
    account_sid: accountSid,
    messaging_service_sid: message.messagingServiceSid,
    to: message.to,
    from: sender,
    body: message.body,
    status: message.status,
    direction: 'outbound-api',
    // Twilio counts segments when the message has a sender. Here every message counts as one segment.
    num_segments: sender === null ? '0' : '1',
    num_media: '0',
    date_created: toRfc2822(message.createdAt),
    date_updated: toRfc2822(message.updatedAt),
    date_sent: message.sentAt === null ? null : toRfc2822(message.sentAt),
    error_code: error,
    error_message: error === null ? null : carrierErrors[error].message,
    price: null,
    price_unit: 'USD',
    api_version: API_VERSION,
    uri: `${path}.json`,
    subresource_uris: { media: `${path}/Media.json` },
  };
}

function toRfc2822(time: string): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
