import type { CallFault, Incident, Moment } from './faults';
import type { PlannedVerification } from './plan';

/** How a planned verification went. */
export interface ScenarioResult {
  readonly planned: PlannedVerification;
  /** Undefined if it was never started. */
  readonly id: string | undefined;
  /** `lost`: its caller never learned an outcome, or learned a wrong one. */
  readonly outcome: 'verified' | 'undeliverable' | 'lost';
  /** Why it is lost. */
  readonly problem: string | undefined;
  /** When its first fault happened. Undefined if none did. */
  readonly faultAt: number | undefined;
  /** When the API first answered after that fault that the message is out, or how the verification ended. */
  readonly recoveredAt: number | undefined;
}

/** One verification while it runs: which faults are still to come, and when the first one happened. */
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

  /** The fault of the next create call. */
  takeCallFault(): CallFault | undefined {
    const fault = this.#callFaults.shift();
    if (fault !== undefined) this.recordFault();
    return fault;
  }

  /** The incident, if it is planned for this moment. It happens once. */
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
