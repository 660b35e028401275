import { Semaphore } from 'async-mutex';
import type { VerificationError } from '../domain/refusals';
import { tooBusyError } from './workflow-calls';

export interface BoundOptions {
  /** For logs. */
  readonly name: string;
  /** How many calls may run at once. */
  readonly maxRunning: number;
  /** How many calls may run or wait for their turn. */
  readonly maxAccepted: number;
  /** A call whose turn comes later than this is refused: its client may be gone. */
  readonly maxWaitMs: number;
}

/** Bounds the calls of one kind in this process. Calls above the bounds are refused and do not run. */
export class Bound {
  readonly #slots: Semaphore;
  #accepted = 0;

  constructor(private readonly options: BoundOptions) {
    this.#slots = new Semaphore(options.maxRunning);
  }

  /** @throws VerificationError `temporal_unavailable` above the bounds, at once or after `maxWaitMs` */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const { maxAccepted, maxWaitMs } = this.options;
    if (this.#accepted >= maxAccepted) throw this.#refusal();
    this.#accepted++;
    const giveUpAt = performance.now() + maxWaitMs;
    try {
      return await this.#slots.runExclusive(() => {
        if (performance.now() > giveUpAt) throw this.#refusal();
        return call();
      });
    } finally {
      this.#accepted--;
    }
  }

  #refusal(): VerificationError {
    return tooBusyError(this.options.name);
  }
}
