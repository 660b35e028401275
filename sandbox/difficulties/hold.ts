import { EventEmitter, once } from 'node:events';

/** How far a create-message call comes before it is held: received but not recorded, or recorded but not answered. */
export type HoldStage = 'received' | 'recorded';

/** What becomes of a call that was held: it goes on, or its connection is reset. */
export type HeldCall = 'goes on' | 'is cut';

/** Create-message calls held where they are, until a test lets them go. */
export interface Hold {
  /** Resolves as soon as so many calls have been held. Default: 1. */
  arrival(count?: number): Promise<void>;
  /** The held calls go on, also those whose caller gave up meanwhile; later calls are not held. */
  release(): void;
  /** The held calls' connections are reset: at `received`, nothing is recorded; later calls are not held. */
  cut(): void;
}

export class CallHold implements Hold {
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #onEnd: () => void;
  #held = 0;
  #fate: HeldCall | undefined;

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
    while (this.#fate === undefined) await once(this.#changes, 'change');
    return this.#fate;
  }

  async arrival(count = 1): Promise<void> {
    while (this.#held < count) await once(this.#changes, 'change');
  }

  release(): void {
    this.#end('goes on');
  }

  cut(): void {
    this.#end('is cut');
  }

  #end(fate: HeldCall): void {
    this.#fate ??= fate;
    this.#onEnd();
    this.#changes.emit('change');
  }
}
