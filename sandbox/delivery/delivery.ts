import type { Difficulties } from '../difficulties/difficulties';
import { pause } from '../difficulties/pause';
import { type Text, advanceText, isUnderWay } from '../texts/text';
import type { TextStore } from '../texts/text-store';
import type { StatusCallback } from './status-callback';

interface Dependencies {
  store: TextStore;
  tellStatus: StatusCallback;
  difficulties: Difficulties;
  closing: AbortSignal;
}

/** Carries texts from `queued` to `delivered` or `undelivered`. */
export class Delivery {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** A text that was just recorded. Its way does not wait for the answer to the create-message call. */
  begin(text: Text): void {
    void this.#carry(text, this.#tell(text, Promise.resolve()));
  }

  /** Texts that were under way when the process ended. */
  resumeAll(): void {
    for (const text of this.#dependencies.store.newestFirst()) void this.#carry(text, Promise.resolve());
  }

  async #carry(text: Text, told: Promise<void>): Promise<void> {
    const { store, difficulties, closing } = this.#dependencies;
    while (isUnderWay(text) && (await pause(difficulties.statusStepMs, closing))) {
      text = advanceText(text);
      store.save(text);
      told = this.#tell(text, told);
    }
  }

  /**
   * One callback after the other, so that they arrive in order; the text goes on without waiting for them.
   * Twilio documents none for a text's first status; `queued` is told all the same, so that a receiver meets
   * a callback that overtakes the answer to the create-message call.
   */
  #tell(text: Text, told: Promise<void>): Promise<void> {
    return text.status === 'accepted' ? told : told.then(() => this.#dependencies.tellStatus(text));
  }
}
