import { type Static, Type } from '@sinclair/typebox';
import { type Message, reportedSender } from '../messages/message';
import { MessageResource, messagesPath, toMessageResource } from './message-resource';

const GmtDate = Type.Union([Type.String({ format: 'date' }), Type.String({ format: 'date-time' })]);

export const MessageListQuery = Type.Object({
  To: Type.Optional(Type.String()),
  From: Type.Optional(Type.String()),
  DateSent: Type.Optional(GmtDate),
  'DateSent<': Type.Optional(GmtDate),
  'DateSent>': Type.Optional(GmtDate),
  PageSize: Type.Integer({ minimum: 1, maximum: 1000, default: 50 }),
  Page: Type.Integer({ minimum: 0, default: 0 }),
  PageToken: Type.Optional(Type.String({ pattern: '^P[AB]SM[0-9a-f]{32}$' })),
});
export type MessageListQuery = Static<typeof MessageListQuery>;

const PageUri = Type.Union([Type.String(), Type.Null()]);

export const MessagePage = Type.Object({
  messages: Type.Array(MessageResource),
  page: Type.Integer(),
  page_size: Type.Integer(),
  start: Type.Integer(),
  end: Type.Integer(),
  uri: Type.String(),
  first_page_uri: Type.String(),
  next_page_uri: PageUri,
  previous_page_uri: PageUri,
});
export type MessagePage = Static<typeof MessagePage>;

/** One page of the messages that match the query, in the given order. */
export function listMessages(messages: Message[], query: MessageListQuery, accountSid: string): MessagePage {
  const matching = messages.filter((message) => matches(message, query));
  const { Page: page, PageSize: size } = query;
  const { from, to } = pageBounds(matching, query);
  const shown = matching.slice(from, to);
  const first = shown.at(0);
  const last = shown.at(-1);
  const uri = (number: number, token?: string) => pageUri(accountSid, query, number, token);
  return {
    messages: shown.map((message) => toMessageResource(message, accountSid)),
    page,
    page_size: size,
    start: page * size,
    end: page * size + Math.max(shown.length - 1, 0),
    uri: uri(page, query.PageToken),
    first_page_uri: uri(0),
    next_page_uri: last !== undefined && to < matching.length ? uri(page + 1, `PA${last.sid}`) : null,
    previous_page_uri: first !== undefined && from > 0 ? uri(Math.max(page - 1, 0), `PB${first.sid}`) : null,
  };
}

/** A page token has the SID of the message before (`PA`) or after (`PB`) the page. So new messages shift no page. */
function pageBounds(
  messages: Message[],
  { Page, PageSize, PageToken }: MessageListQuery,
): { from: number; to: number } {
  if (PageToken === undefined) return { from: Page * PageSize, to: (Page + 1) * PageSize };
  const neighbour = messages.findIndex((message) => message.sid === PageToken.slice(2));
  return PageToken.startsWith('PA')
    ? { from: neighbour + 1, to: neighbour + 1 + PageSize }
    : { from: Math.max(neighbour - PageSize, 0), to: Math.max(neighbour, 0) };
}

function pageUri(
  accountSid: string,
  query: MessageListQuery,
  page: number,
  token: string | undefined,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, Page: page, PageToken: token })) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return `${messagesPath(accountSid)}.json?${parameters.toString()}`;
}

function matches(message: Message, query: MessageListQuery): boolean {
  if (query.To !== undefined && query.To !== message.to) return false;
  if (query.From !== undefined && query.From !== reportedSender(message)) return false;
  return matchesDateSent(message.sentAt, query);
}

/** As in Twilio, `<` and `>` include the value itself, and a date means its midnight. Unsent messages never match. */
function matchesDateSent(sentAt: string | null, query: MessageListQuery): boolean {
  const { DateSent: on, 'DateSent<': until, 'DateSent>': since } = query;
  if (on === undefined && until === undefined && since === undefined) return true;
  if (sentAt === null) return false;

  const sent = inSeconds(sentAt);
  if (on !== undefined && !(on.length === 10 ? sentAt.startsWith(on) : sent === inSeconds(on))) return false;
  if (until !== undefined && sent > inSeconds(until)) return false;
  return since === undefined || sent >= inSeconds(since);
}

function inSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
