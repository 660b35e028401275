import { ownDeliveryErrors } from './delivery-errors';
import type { DeliveryError, FailedMessage, SendOutcome } from './types';

export interface Message {
  readonly requestedAt: number;
  /** Undefined while the message is in flight. */
  readonly outcome?: SendOutcome;
  /** Why the message did not arrive, if the provider reported that. */
  readonly lost?: DeliveryError;
}

/** The messages of one verification, oldest first. At most one is in flight. Times are epoch milliseconds. */
export class Messages {
  readonly #messages: Message[] = [];

  get all(): readonly Message[] {
    return this.#messages;
  }

  get last(): Message | undefined {
    return this.#messages.at(-1);
  }

  get inFlight(): Message | undefined {
    return this.#messages.find(({ outcome }) => outcome === undefined);
  }

  /** The SIDs of the messages that the provider has accepted. */
  get acceptedSids(): string[] {
    return this.#messages.flatMap(({ outcome }) => (outcome?.outcome === 'accepted' ? [outcome.sid] : []));
  }

  /** The places of these messages among all: 0 for the first. */
  get acceptedIndexes(): number[] {
    return this.#messages.flatMap(({ outcome }, index) => (outcome?.outcome === 'accepted' ? [index] : []));
  }

  /** The messages that the provider did not take, and those with an unknown outcome. */
  get failed(): FailedMessage[] {
    return this.#messages.flatMap(({ outcome }, index) =>
      outcome?.outcome === 'failed' ? [{ index, error: outcome.error }] : [],
    );
  }

  /**
   * Whether a message can still reach the phone. One with an unknown outcome can. The twin of a possible duplicate does
   * not count: most possible duplicates have none.
   */
  get mayAnyArrive(): boolean {
    return this.#messages.some(({ outcome, lost }) => lost === undefined && mayHaveBeenSent(outcome));
  }

  /** As `mayAnyArrive`, but without messages with an unknown outcome: the rule of earlier versions. */
  get isAnyUnderWay(): boolean {
    return this.#messages.some(
      ({ outcome, lost }) => outcome === undefined || (outcome.outcome === 'accepted' && lost === undefined),
    );
  }

  /** Whether the provider may have a message whose SID is not known. */
  get mayHaveUnknownSids(): boolean {
    return this.#messages.some(({ outcome }) =>
      outcome?.outcome === 'accepted' ? outcome.possibleDuplicate === true : isUnknown(outcome),
    );
  }

  /**
   * When the messages were requested that were sent or may have been, epoch milliseconds. A message in flight counts:
   * it may be sent even if it is canceled.
   */
  get possiblySentAt(): number[] {
    return this.#messages.flatMap(({ outcome, requestedAt }) =>
      mayHaveBeenSent(outcome) ? [requestedAt] : [],
    );
  }

  request(now: number): void {
    this.#messages.push({ requestedAt: now });
  }

  /** Records the outcome of the message in flight and returns what it recorded; undefined if none is in flight. */
  settle(outcome: SendOutcome, now: number): SendOutcome | undefined {
    const message = this.inFlight;
    if (!message) return undefined;
    const recorded = withPlausibleTime(outcome, message.requestedAt, now);
    this.#messages[this.#messages.indexOf(message)] = { ...message, outcome: recorded };
    return recorded;
  }

  /** Records that the provider has accepted a message whose outcome was unknown. Returns whether it was. */
  accept(index: number, sid: string): boolean {
    const message = this.#messages[index];
    if (!message || !isUnknown(message.outcome)) return false;
    const { requestedAt } = message;
    this.#messages[index] = { ...message, outcome: { outcome: 'accepted', sid, acceptedAt: requestedAt } };
    return true;
  }

  /** Records that a message did not arrive. False if that is already known, or if no message has the SID. */
  recordLoss(sid: string, error: DeliveryError): boolean {
    const index = this.#messages.findIndex(
      ({ outcome }) => outcome?.outcome === 'accepted' && outcome.sid === sid,
    );
    const message = this.#messages[index];
    if (!message || message.lost) return false;
    this.#messages[index] = { ...message, lost: error };
    return true;
  }
}

function mayHaveBeenSent(outcome: SendOutcome | undefined): boolean {
  switch (outcome?.outcome) {
    case undefined:
    case 'accepted':
      return true;
    case 'not_sent':
      return false;
    case 'failed':
      return isUnknown(outcome);
  }
}

/** Whether nobody knows if the provider has accepted the message. */
function isUnknown(outcome: SendOutcome | undefined): boolean {
  return (
    outcome?.outcome === 'failed' &&
    outcome.error.code === ownDeliveryErrors.delivery_unknown.code &&
    outcome.nothingSent !== true
  );
}

/** A worker's clock can differ from the server's: moves `acceptedAt` between the message's request and now. */
function withPlausibleTime(outcome: SendOutcome, requestedAt: number, now: number): SendOutcome {
  if (outcome.outcome === 'failed') return outcome;
  return { ...outcome, acceptedAt: Math.min(Math.max(outcome.acceptedAt, requestedAt), now) };
}
