import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { NumberFaults } from '../faults/number-faults';
import { type CarrierErrorCode, carrierErrors } from '../messages/carrier-errors';
import { type Message, hasFinalStatus, reportedError } from '../messages/message';
import type { MessageStore } from '../messages/message-store';
import { type SplitText, splitAtCode } from './split-at-code';

/** More phones would make the page and its updates slow. */
const MAX_PHONES = 50;
const MAX_MESSAGES = 20;
/** At most this many of the phones have no message yet. */
const MAX_PREPARED_PHONES = 10;

/** One number as the page shows it. */
export interface Phone {
  /** E.164. */
  readonly number: string;
  readonly shownNumber: string;
  /** The latest ones, oldest first. */
  readonly messages: readonly PhoneMessage[];
  /** How many older messages are not shown. */
  readonly earlierMessages: number;
  /** Why its next messages will not arrive. Null if they will. */
  readonly carrierError: CarrierErrorCode | null;
}

export interface PhoneMessage {
  readonly sid: string;
  readonly sender: string;
  readonly text: SplitText;
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly status: Message['status'];
  /** Null until the message is `undelivered`. */
  readonly error: {
    readonly code: CarrierErrorCode;
    readonly message: string;
    readonly meaning: string;
  } | null;
  readonly isUnderWay: boolean;
  /** Whether it is in the inbox. */
  readonly hasArrived: boolean;
}

/** The phones of the page. */
export class PhoneList {
  readonly #store: MessageStore;
  readonly #faults: NumberFaults;

  constructor(store: MessageStore, faults: NumberFaults) {
    this.#store = store;
    this.#faults = faults;
  }

  /** `numbers`: the shown ones. Those that were prepared last or have the newest messages are first. */
  overview(): { numbers: string[]; total: number } {
    const withMessages = this.#store.numbers();
    const known = new Set(withMessages);
    const prepared = this.#faults.numbersWithDelivery().toReversed();
    const empty = prepared.filter((number) => !known.has(number));
    const candidates = new Set([
      ...empty.slice(0, MAX_PREPARED_PHONES),
      ...prepared.filter((number) => known.has(number)),
      ...withMessages.slice(0, MAX_PHONES),
    ]);
    return {
      numbers: [...candidates]
        .map((number) => ({ number, changedAt: this.#changedAt(number) }))
        .toSorted((one, other) => other.changedAt - one.changedAt)
        .slice(0, MAX_PHONES)
        .map(({ number }) => number),
      total: empty.length + withMessages.length,
    };
  }

  /**
   * Sets what becomes of the next messages to a number: null if they arrive. A shown phone keeps its place. Another one
   * becomes the first.
   */
  setDelivery(number: string, carrierError: CarrierErrorCode | null): void {
    const isShown = this.overview().numbers.includes(number);
    this.#faults.setDelivery(number, carrierError, isShown ? this.#changedAt(number) : Date.now());
  }

  /** When the phone was prepared or got its newest message, in epoch milliseconds. */
  #changedAt(number: string): number {
    const message = this.#store.newestTo(number);
    return Math.max(
      this.#faults.preparedAt(number) ?? 0,
      message === undefined ? 0 : Date.parse(message.createdAt),
    );
  }

  phone(number: string): Phone {
    const messages = this.#store.messagesTo(number);
    const shown = messages.slice(-MAX_MESSAGES);
    return {
      number,
      shownNumber: international(number),
      messages: shown.map(toPhoneMessage),
      earlierMessages: messages.length - shown.length,
      carrierError: this.#faults.carrierErrorFor(number),
    };
  }

  /** Calls the listener with each number whose phone has changed. */
  onChange(listener: (number: string) => void): void {
    this.#store.changes.on('change', listener);
    this.#faults.changes.on('change', listener);
  }
}

function toPhoneMessage(message: Message): PhoneMessage {
  const code = reportedError(message);
  return {
    sid: message.sid,
    sender: international(message.from),
    text: splitAtCode(message.body),
    createdAt: message.createdAt,
    status: message.status,
    error: code === null ? null : { code, ...carrierErrors[code] },
    isUnderWay: !hasFinalStatus(message),
    hasArrived: message.carrierError === null,
  };
}

/** `+14255550123` as `+1 425 555 0123`. A sender can also be a short code or a name: it stays as it is. */
function international(number: string): string {
  return parsePhoneNumberFromString(number)?.formatInternational() ?? number;
}
