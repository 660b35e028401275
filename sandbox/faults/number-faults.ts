import type { CarrierErrorCode } from '../messages/message';
import { CallHold, type HeldCall, type Hold, type HoldStage } from './call-hold';

/** An answer that a call gets in place of Twilio's. */
export interface Denial {
  status: number;
  /** An object is sent as JSON, a string as it is. */
  body: object | string;
  headers?: Record<string, string>;
  /** How many create-message calls get it. Default: 1. */
  times?: number;
  /** Whether the message is created all the same. Default: no. */
  recorded?: boolean;
}

/** Faults of single numbers, which a test can set while the sandbox runs. */
export class NumberFaults {
  readonly #holds = new Set<CallHold>();
  readonly #denials = new Map<string, Denial[]>();
  readonly #undeliverable: Map<string, CarrierErrorCode>;

  constructor(undeliverable: Readonly<Record<string, CarrierErrorCode>>) {
    this.#undeliverable = new Map(Object.entries(undeliverable));
  }

  hold(stage: HoldStage, to?: string): Hold {
    const hold: CallHold = new CallHold(stage, to, () => this.#holds.delete(hold));
    this.#holds.add(hold);
    return hold;
  }

  /**
   * Waits at this stage until all holds for this number, and those for all numbers, are released. If one of them is cut,
   * returns `is cut` at once: the caller then resets the connection.
   */
  async waitForHolds(stage: HoldStage, to: string): Promise<HeldCall> {
    for (const hold of this.#holds) {
      const concerned = hold.stage === stage && (hold.to === undefined || hold.to === to);
      if (concerned && (await hold.wait()) === 'is cut') return 'is cut';
    }
    return 'goes on';
  }

  cutAll(): void {
    for (const hold of this.#holds) hold.cut();
  }

  deny(to: string, denial: Denial): void {
    const denials = this.#denials.get(to) ?? [];
    for (let time = 0; time < (denial.times ?? 1); time += 1) denials.push(denial);
    this.#denials.set(to, denials);
  }

  /** The denial for the current call. It is removed. */
  takeDenial(to: string): Denial | undefined {
    return this.#denials.get(to)?.shift();
  }

  failDelivery(to: string, code: CarrierErrorCode): void {
    this.#undeliverable.set(to, code);
  }

  carrierErrorFor(to: string): CarrierErrorCode | null {
    return this.#undeliverable.get(to) ?? null;
  }
}
