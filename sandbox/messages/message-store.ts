import { EventEmitter } from 'node:events';
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
  /** Emits the number of each message that is created or changed, and the message. */
  readonly changes = new EventEmitter<{ change: [number: string, message: Message] }>();
  readonly #journal: Journal;
  readonly #messages = new Map<string, Message>();
  /** The SIDs of each number's messages, oldest first. The number with the newest message is last. */
  readonly #sids = new Map<string, string[]>();

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const message of journal.read()) this.#put(message);
  }

  save(message: Message): void {
    this.#journal.append(message);
    this.#put(message);
    this.changes.emit('change', message.to, message);
  }

  find(sid: string): Message | undefined {
    return this.#messages.get(sid);
  }

  newestFirst(): Message[] {
    return [...this.#messages.values()].toReversed();
  }

  /** The numbers that have messages. The number with the newest message is first. */
  numbers(): string[] {
    return [...this.#sids.keys()].toReversed();
  }

  /** A number's messages, oldest first. */
  messagesTo(number: string): Message[] {
    const sids = this.#sids.get(number) ?? [];
    return sids.flatMap((sid) => this.#messages.get(sid) ?? []);
  }

  newestTo(number: string): Message | undefined {
    return this.#messages.get(this.#sids.get(number)?.at(-1) ?? '');
  }

  /** The messages that arrived at a number, newest first. Messages with a carrier error never arrive. */
  inbox(number: string): InboxMessage[] {
    return this.messagesTo(number)
      .toReversed()
      .filter((message) => message.carrierError === null)
      .map(({ sid, to, from, body, createdAt }) => ({ sid, to, from, body, dateCreated: createdAt }));
  }

  #put(message: Message): void {
    const { sid, to } = message;
    if (!this.#messages.has(sid)) {
      const sids = this.#sids.get(to) ?? [];
      sids.push(sid);
      this.#sids.delete(to);
      this.#sids.set(to, sids);
    }
    this.#messages.set(sid, message);
  }
}
