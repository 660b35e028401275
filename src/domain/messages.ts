import { ownDeliveryErrors } from './errors';
import type { DeliveryError, SendOutcome } from './types';

export interface Text {
  readonly requestedAt: number;
  /** Undefined while the text is in flight. */
  readonly outcome?: SendOutcome;
  /** Why it never arrived, if the carrier said so. */
  readonly lost?: DeliveryError;
}

/** The texts of one verification, oldest first: at most one of them is in flight. Times are epoch milliseconds. */
export class Texts {
  readonly #texts: Text[] = [];

  get all(): readonly Text[] {
    return this.#texts;
  }

  get last(): Text | undefined {
    return this.#texts.at(-1);
  }

  get inFlight(): Text | undefined {
    return this.#texts.find(({ outcome }) => outcome === undefined);
  }

  /** Those that the provider is known to have. */
  get acceptedSids(): string[] {
    return this.#texts.flatMap(({ outcome }) => (outcome?.outcome === 'accepted' ? [outcome.sid] : []));
  }

  /** Whether there is still one that could reach the phone. */
  get anyMayArrive(): boolean {
    return this.#texts.some(
      ({ outcome, lost }) => outcome === undefined || (outcome.outcome === 'accepted' && lost === undefined),
    );
  }

  /**
   * When each text was requested that reached the provider, or may have, epoch milliseconds: one in flight that is
   * canceled may be out all the same.
   */
  get mayBeOut(): number[] {
    return this.#texts.flatMap(({ outcome, requestedAt }) => (mayBeOut(outcome) ? [requestedAt] : []));
  }

  request(now: number): void {
    this.#texts.push({ requestedAt: now });
  }

  /** The outcome of the text in flight as it is kept, undefined if none is in flight. */
  settle(outcome: SendOutcome, now: number): SendOutcome | undefined {
    const text = this.inFlight;
    if (!text) return undefined;
    const kept = withinReason(outcome, text.requestedAt, now);
    this.#texts[this.#texts.indexOf(text)] = { ...text, outcome: kept };
    return kept;
  }

  /** Whether this was news. */
  lose(sid: string, error: DeliveryError): boolean {
    const index = this.#texts.findIndex(
      ({ outcome }) => outcome?.outcome === 'accepted' && outcome.sid === sid,
    );
    const text = this.#texts[index];
    if (!text || text.lost) return false;
    this.#texts[index] = { ...text, lost: error };
    return true;
  }
}

function mayBeOut(outcome: SendOutcome | undefined): boolean {
  switch (outcome?.outcome) {
    case undefined:
    case 'accepted':
      return true;
    case 'not_texted':
      return false;
    case 'failed':
      return outcome.error.code === ownDeliveryErrors.delivery_unknown.code;
  }
}

/** The worker's clock is not the server's: no text was accepted before it was asked for, nor later than now. */
function withinReason(outcome: SendOutcome, requestedAt: number, now: number): SendOutcome {
  if (outcome.outcome === 'failed') return outcome;
  return { ...outcome, acceptedAt: Math.min(Math.max(outcome.acceptedAt, requestedAt), now) };
}
