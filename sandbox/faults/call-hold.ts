import { EventEmitter, once } from 'node:events';

/** Where a create-message call is held: before its message is recorded, or after that and before the answer. */
export type HoldStage = 'received' | 'recorded';

/** How a hold ends for a call: the call continues, or its connection is reset. */
export type HeldCall = 'goes on' | 'is cut';

/** Create-message calls that wait until a test releases them. */
export interface Hold {
  /** Resolves when `count` calls have been held. Default: 1. */
  arrival(count?: number): Promise<void>;
  /** Lets the held calls continue, also those whose caller has closed the connection. Later calls are not held. */
  release(): void;
  /** Resets the connections of the held calls; at `received` nothing is recorded. Later calls are not held. */
  cut(): void;
}

export class CallHold implements Hold {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #onEnd: () => void;
  #held = 0;
  #end: HeldCall | undefined;

  constructor(
    readonly stage: HoldStage,
    readonly to: string | undefined,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
  }

  async wait(): Promise<HeldCall> {
    this.#held += 1;
    this.#changes.emit('change');
    while (this.#end === undefined) await once(this.#changes, 'change');
    return this.#end;
  }

  async arrival(count = 1): Promise<void> {
    while (this.#held < count) await once(this.#changes, 'change');
  }

  release(): void {
    this.#endHold('goes on');
  }

  cut(): void {
    this.#endHold('is cut');
  }

  #endHold(end: HeldCall): void {
    this.#end ??= end;
    this.#onEnd();
    this.#changes.emit('change');
  }
}
