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

  /**
   * Starts to deliver a new message. Call this before the create-message call is answered: as at Twilio, a status
   * callback can arrive before that answer. The first status has no callback.
   */
  start(message: Message): void {
    void this.#deliver(message);
  }

  /** Continues with the messages that were not delivered yet when the sandbox stopped. */
  resumeAll(): void {
    for (const message of this.#dependencies.store.newestFirst()) void this.#deliver(message);
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

  async #deliver(message: Message): Promise<void> {
    const { store, closing, reportStatus } = this.#dependencies;
    if (hasFinalStatus(message) || closing.aborted) return;
    let reported = Promise.resolve();
    const pauses = new AbortController();
    this.#underWay.set(message.sid, pauses);
    while (!hasFinalStatus(message)) {
      await pause(this.#timeIn(message.status), pauses.signal);
      if (closing.aborted) return;
      const advanced = advanceMessage(store.find(message.sid) ?? message);
      store.save(advanced);
      // After the earlier callbacks, so that they arrive in order. The delivery does not wait for them.
      reported = reported.then(() => reportStatus(advanced));
      message = advanced;
    }
    this.#underWay.delete(message.sid);
  }

  #timeIn(status: Message['status']): number {
    const { statusStepMs, carrierMs } = this.#dependencies.settings;
    return status === 'sent' ? (carrierMs ?? statusStepMs) : statusStepMs;
  }
}
