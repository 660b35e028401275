import type { CallFault, Incident, Moment } from './faults';
import type { PlannedVerification } from './plan';

/** The result of a planned verification. */
export interface ScenarioResult {
  readonly planned: PlannedVerification;
  /** Undefined if the start was never answered. */
  readonly id: string | undefined;
  /** `lost`: the caller got no outcome, or a wrong one. */
  readonly outcome: 'verified' | 'undeliverable' | 'lost';
  /** The reason for `lost`. */
  readonly problem: string | undefined;
  /** Time of the first fault. Undefined without a fault. */
  readonly faultAt: number | undefined;
  /** Time of the first answer after that fault with a status other than `sending`. */
  readonly recoveredAt: number | undefined;
}

/** A running verification: its remaining faults, and the time of the first one. */
export class Scenario {
  id: string | undefined;
  #faultAt: number | undefined;
  #recoveredAt: number | undefined;
  readonly #callFaults: CallFault[];
  #incident: Incident | undefined;

  constructor(readonly planned: PlannedVerification) {
    this.#callFaults = [...planned.callFaults];
    this.#incident = planned.incident;
  }

  /** Removes and returns the fault of the next create call. */
  takeCallFault(): CallFault | undefined {
    const fault = this.#callFaults.shift();
    if (fault !== undefined) this.recordFault();
    return fault;
  }

  /** Removes and returns the incident if it is planned for this moment. */
  takeIncident(moment: Moment): Incident | undefined {
    if (this.#incident?.moment !== moment) return undefined;
    const incident = this.#incident;
    this.#incident = undefined;
    return incident;
  }

  recordFault(): void {
    this.#faultAt ??= Date.now();
  }

  recordAnswer(status: string): void {
    if (this.#faultAt !== undefined && status !== 'sending') this.#recoveredAt ??= Date.now();
  }

  end(outcome: ScenarioResult['outcome'], problem?: string): ScenarioResult {
    return {
      planned: this.planned,
      id: this.id,
      outcome,
      problem,
      faultAt: this.#faultAt,
      recoveredAt: this.#recoveredAt,
    };
  }
}
