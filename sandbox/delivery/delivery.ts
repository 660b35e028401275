import type { SandboxSettings } from '../settings';
import { pause } from '../pause';
import { type Message, advanceMessage, isUnderWay } from '../messages/message';
import type { MessageStore } from '../messages/message-store';
import type { StatusCallback } from './status-callback';

interface Dependencies {
  store: MessageStore;
  tellStatus: StatusCallback;
  settings: SandboxSettings;
  closing: AbortSignal;
}

/** Carries messages from `queued` to `delivered` or `undelivered`. */
export class Delivery {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts the delivery of a message that was just recorded, before the create-message call is answered. */
  start(message: Message): void {
    void this.#carry(message, this.#tell(message, Promise.resolve()));
  }

  /** Continues with messages that were on their way when the process ended. */
  resumeAll(): void {
    for (const message of this.#dependencies.store.newestFirst())
      void this.#carry(message, Promise.resolve());
  }

  async #carry(message: Message, told: Promise<void>): Promise<void> {
    const { store, settings, closing } = this.#dependencies;
    while (isUnderWay(message) && (await pause(settings.statusStepMs, closing))) {
      message = advanceMessage(message);
      store.save(message);
      told = this.#tell(message, told);
    }
  }

  /**
   * Sends one callback after the other, so that they arrive in order. The delivery does not wait for them. Twilio
   * documents no callback for the first status. `queued` is reported all the same: a receiver must be able to handle a
   * callback that arrives before the answer to the create-message call.
   */
  #tell(message: Message, told: Promise<void>): Promise<void> {
    return message.status === 'accepted' ? told : told.then(() => this.#dependencies.tellStatus(message));
  }
}
