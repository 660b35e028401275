import { type Static, Type } from '@sinclair/typebox';
import type { Journal } from './journal';
import type { Message } from './message';

/** One message as the phone shows it. */
export const InboxMessage = Type.Object({
  sid: Type.String(),
  to: Type.String(),
  from: Type.String(),
  body: Type.String(),
  /** RFC 3339, UTC, milliseconds. */
  dateCreated: Type.String(),
});
export type InboxMessage = Static<typeof InboxMessage>;

/** All messages, in the order of their creation. */
export class MessageStore {
  readonly #journal: Journal;
  readonly #messages = new Map<string, Message>();

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const message of journal.read()) this.#messages.set(message.sid, message);
  }

  save(message: Message): void {
    this.#journal.append(message);
    this.#messages.set(message.sid, message);
  }

  find(sid: string): Message | undefined {
    return this.#messages.get(sid);
  }

  newestFirst(): Message[] {
    return [...this.#messages.values()].toReversed();
  }

  /** The messages that arrived at a number, newest first. Messages with a carrier error never arrive. */
  inbox(number: string): InboxMessage[] {
    return this.newestFirst()
      .filter((message) => message.to === number && message.carrierError === null)
      .map(({ sid, to, from, body, createdAt }) => ({ sid, to, from, body, dateCreated: createdAt }));
  }
}
