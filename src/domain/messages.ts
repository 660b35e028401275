import { ownDeliveryErrors } from './delivery-errors';
import type { DeliveryError, SendOutcome } from './types';

export interface Message {
  readonly requestedAt: number;
  /** Undefined while the message is in flight. */
  readonly outcome?: SendOutcome;
  /** Why it never arrived, if the carrier said so. */
  readonly lost?: DeliveryError;
}

/** The messages of one verification, oldest first: at most one of them is in flight. Times are epoch milliseconds. */
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

  /** Those that the provider is known to have. */
  get acceptedSids(): string[] {
    return this.#messages.flatMap(({ outcome }) => (outcome?.outcome === 'accepted' ? [outcome.sid] : []));
  }

  /** Whether there is still one that could reach the phone. */
  get anyMayArrive(): boolean {
    return this.#messages.some(
      ({ outcome, lost }) => outcome === undefined || (outcome.outcome === 'accepted' && lost === undefined),
    );
  }

  /**
   * When each message was requested that reached the provider, or may have, epoch milliseconds: one in flight that is
   * canceled may be out all the same.
   */
  get mayBeOut(): number[] {
    return this.#messages.flatMap(({ outcome, requestedAt }) => (mayBeOut(outcome) ? [requestedAt] : []));
  }

  request(now: number): void {
    this.#messages.push({ requestedAt: now });
  }

  /** The outcome of the message in flight as it is kept, undefined if none is in flight. */
  settle(outcome: SendOutcome, now: number): SendOutcome | undefined {
    const message = this.inFlight;
    if (!message) return undefined;
    const kept = withinReason(outcome, message.requestedAt, now);
    this.#messages[this.#messages.indexOf(message)] = { ...message, outcome: kept };
    return kept;
  }

  /** Whether this was news. */
  lose(sid: string, error: DeliveryError): boolean {
    const index = this.#messages.findIndex(
      ({ outcome }) => outcome?.outcome === 'accepted' && outcome.sid === sid,
    );
    const message = this.#messages[index];
    if (!message || message.lost) return false;
    this.#messages[index] = { ...message, lost: error };
    return true;
  }
}

function mayBeOut(outcome: SendOutcome | undefined): boolean {
  switch (outcome?.outcome) {
    case undefined:
    case 'accepted':
      return true;
    case 'not_sent':
      return false;
    case 'failed':
      return outcome.error.code === ownDeliveryErrors.delivery_unknown.code;
  }
}

/** The worker's clock is not the server's: no message was accepted before it was asked for, nor later than now. */
function withinReason(outcome: SendOutcome, requestedAt: number, now: number): SendOutcome {
  if (outcome.outcome === 'failed') return outcome;
  return { ...outcome, acceptedAt: Math.min(Math.max(outcome.acceptedAt, requestedAt), now) };
}
