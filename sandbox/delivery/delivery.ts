import type { SandboxSettings } from '../settings';
import { pause } from '../pause';
import { type Message, advanceMessage, hasFinalStatus } from '../messages/message';
import type { MessageStore } from '../messages/message-store';
import type { StatusCallback } from './status-callback';

interface Dependencies {
  store: MessageStore;
  reportStatus: StatusCallback;
  settings: SandboxSettings;
  closing: AbortSignal;
}

/** Delivers messages: changes their status step by step, up to `delivered` or `undelivered`. */
export class Delivery {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts to deliver a new message. To be called before the create-message call is answered. */
  start(message: Message): void {
    void this.#deliver(message, this.#report(message, Promise.resolve()));
  }

  /** Continues with the messages that were not delivered yet when the sandbox stopped. */
  resumeAll(): void {
    for (const message of this.#dependencies.store.newestFirst())
      void this.#deliver(message, Promise.resolve());
  }

  async #deliver(message: Message, reported: Promise<void>): Promise<void> {
    const { store, settings, closing } = this.#dependencies;
    while (!hasFinalStatus(message) && (await pause(settings.statusStepMs, closing))) {
      message = advanceMessage(message);
      store.save(message);
      reported = this.#report(message, reported);
    }
  }

  /**
   * Sends the callback after the earlier ones, so that they arrive in order. The delivery does not wait for them.
   * Twilio documents no callback for the first status. The sandbox reports `queued` nevertheless: a receiver must be
   * able to handle a callback that arrives before the answer to the create-message call.
   */
  #report(message: Message, reported: Promise<void>): Promise<void> {
    return message.status === 'accepted'
      ? reported
      : reported.then(() => this.#dependencies.reportStatus(message));
  }
}
