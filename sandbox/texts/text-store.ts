import { type Static, Type } from '@sinclair/typebox';
import type { Journal } from './journal';
import type { Text } from './text';

/** One text as the phone shows it. */
export const InboxText = Type.Object({
  sid: Type.String(),
  to: Type.String(),
  from: Type.String(),
  body: Type.String(),
  /** RFC 3339, UTC, milliseconds. */
  dateCreated: Type.String(),
});
export type InboxText = Static<typeof InboxText>;

/** All texts, in the order in which they were created. */
export class TextStore {
  readonly #journal: Journal;
  readonly #texts = new Map<string, Text>();

  constructor(journal: Journal) {
    this.#journal = journal;
    for (const text of journal.read()) this.#texts.set(text.sid, text);
  }

  save(text: Text): void {
    this.#journal.append(text);
    this.#texts.set(text.sid, text);
  }

  find(sid: string): Text | undefined {
    return this.#texts.get(sid);
  }

  newestFirst(): Text[] {
    return [...this.#texts.values()].toReversed();
  }

  /** What arrived on a phone, newest first; a text that the carrier will not deliver never arrives. */
  inbox(number: string): InboxText[] {
    return this.newestFirst()
      .filter((text) => text.to === number && text.carrierError === null)
      .map(({ sid, to, from, body, createdAt }) => ({ sid, to, from, body, dateCreated: createdAt }));
  }
}
