import { EventEmitter, once } from 'node:events';

/** When a create-message call is held: before its message is recorded, or between that and the answer. */
export type HoldStage = 'received' | 'recorded';

/** How a hold ends. `released`: the call continues; `disconnected`: its connection is reset. */
export type HoldEnd = 'released' | 'disconnected';

/** Create-message calls that wait until a test releases them. */
export interface Hold {
  /** Resolves when `count` calls have been held. Default: 1. */
  untilHeld(count?: number): Promise<void>;
  /** Continues the held calls, also if their client has closed the connection. Later calls are not held. */
  release(): void;
  /** Resets the connections of the held calls. At `received`, no message is recorded. Later calls are not held. */
  disconnect(): void;
}

export class CallHold implements Hold {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #onEnd: () => void;
  #held = 0;
  #end: HoldEnd | undefined;

  constructor(
    readonly stage: HoldStage,
    readonly to: string | undefined,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
  }

  async wait(): Promise<HoldEnd> {
    this.#held += 1;
    this.#changes.emit('change');
    while (this.#end === undefined) await once(this.#changes, 'change');
    return this.#end;
  }

  async untilHeld(count = 1): Promise<void> {
    while (this.#held < count) await once(this.#changes, 'change');
  }

  release(): void {
    this.#endHold('released');
  }

  disconnect(): void {
    this.#endHold('disconnected');
  }

  #endHold(end: HoldEnd): void {
    this.#end ??= end;
    this.#onEnd();
    this.#changes.emit('change');
  }
}
