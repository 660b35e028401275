import type { SandboxSettings } from '../settings';
import { pause } from '../pause';
import type { CarrierErrorCode } from '../messages/carrier-errors';
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
  /** For each message that has no final status yet: ends its pauses. */
  readonly #underWay = new Map<string, AbortController>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    dependencies.closing.addEventListener('abort', () => {
      for (const pauses of this.#underWay.values()) pauses.abort();
    });
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

  /**
   * Makes a message `undelivered` now. The statuses before it are reported first. Does nothing if the message already
   * has a final status: Twilio never changes one.
   */
  fail(sid: string, carrierError: CarrierErrorCode): void {
    const { store } = this.#dependencies;
    const message = store.find(sid);
    const pauses = this.#underWay.get(sid);
    if (message === undefined || pauses === undefined) return;
    store.save({ ...message, carrierError });
    pauses.abort();
  }

  async #deliver(message: Message, reported: Promise<void>): Promise<void> {
    const { store, closing } = this.#dependencies;
    if (hasFinalStatus(message) || closing.aborted) return;
    const pauses = new AbortController();
    this.#underWay.set(message.sid, pauses);
    while (!hasFinalStatus(message)) {
      await pause(this.#timeIn(message.status), pauses.signal);
      if (closing.aborted) return;
      message = advanceMessage(store.find(message.sid) ?? message);
      store.save(message);
      reported = this.#report(message, reported);
    }
    this.#underWay.delete(message.sid);
  }

  #timeIn(status: Message['status']): number {
    const { statusStepMs, carrierMs } = this.#dependencies.settings;
    return status === 'sent' ? (carrierMs ?? statusStepMs) : statusStepMs;
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
