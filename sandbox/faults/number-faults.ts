import { EventEmitter } from 'node:events';
import type { CarrierErrorCode } from '../messages/carrier-errors';
import { CallHold, type HoldEnd, type Hold, type HoldStage } from './call-hold';

/** An answer that a create-message call gets instead of the sandbox's own answer. */
export interface StubAnswer {
  status: number;
  /** An object is sent as JSON, a string unchanged. */
  body: object | string;
  headers?: Record<string, string>;
  /** How many calls get it. Default: 1. */
  times?: number;
  /** Whether the message is created nevertheless. Default: no. */
  recorded?: boolean;
}

/** What becomes of the next messages to a number. */
interface PreparedDelivery {
  /** Why they do not arrive. Null if they do arrive, after they once did not. */
  readonly carrierError: CarrierErrorCode | null;
  /** Epoch milliseconds. */
  readonly preparedAt: number;
}

/** Faults of numbers, which can be set while the sandbox runs. */
export class NumberFaults {
  /** Emits a number when its next messages get another fate. */
  readonly changes = new EventEmitter<{ change: [number: string] }>();
  readonly #holds = new Set<CallHold>();
  readonly #stubs = new Map<string, StubAnswer[]>();
  readonly #deliveries = new Map<string, PreparedDelivery>();

  constructor(undeliverable: Readonly<Record<string, CarrierErrorCode>>) {
    const preparedAt = Date.now();
    for (const [number, carrierError] of Object.entries(undeliverable))
      this.#deliveries.set(number, { carrierError, preparedAt });
  }

  hold(stage: HoldStage, to?: string): Hold {
    const hold: CallHold = new CallHold(stage, to, () => this.#holds.delete(hold));
    this.#holds.add(hold);
    return hold;
  }

  /**
   * Waits until every hold at this stage for this number, or for all numbers, is released. Returns `disconnected` at
   * once if one of them is disconnected: the connection must then be reset.
   */
  async waitForHolds(stage: HoldStage, to: string): Promise<HoldEnd> {
    for (const hold of this.#holds) {
      const isHeld = hold.stage === stage && (hold.to === undefined || hold.to === to);
      if (isHeld && (await hold.wait()) === 'disconnected') return 'disconnected';
    }
    return 'released';
  }

  disconnectAll(): void {
    for (const hold of this.#holds) hold.disconnect();
  }

  stubAnswer(to: string, stub: StubAnswer): void {
    const stubs = this.#stubs.get(to) ?? [];
    for (let time = 0; time < (stub.times ?? 1); time += 1) stubs.push(stub);
    this.#stubs.set(to, stubs);
  }

  /** Removes and returns the stub for this call. */
  takeStub(to: string): StubAnswer | undefined {
    return this.#stubs.get(to)?.shift();
  }

  /** What becomes of the next messages to a number: null if they arrive. `preparedAt`: epoch milliseconds. */
  setDelivery(to: string, carrierError: CarrierErrorCode | null, preparedAt = Date.now()): void {
    this.#deliveries.delete(to);
    this.#deliveries.set(to, { carrierError, preparedAt });
    this.changes.emit('change', to);
  }

  /** The numbers for which the delivery was set, the latest last. */
  numbersWithDelivery(): string[] {
    return [...this.#deliveries.keys()];
  }

  carrierErrorFor(to: string): CarrierErrorCode | null {
    return this.#deliveries.get(to)?.carrierError ?? null;
  }

  /** When the delivery was set, in epoch milliseconds. Undefined if it was not. */
  preparedAt(to: string): number | undefined {
    return this.#deliveries.get(to)?.preparedAt;
  }
}
