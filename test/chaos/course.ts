import type { CallFault, Incident, Moment } from './faults';
import type { Planned } from './plan';

/** How a planned verification went. */
export interface Story {
  readonly planned: Planned;
  /** Undefined if it never began. */
  readonly id: string | undefined;
  /** `lost`: it came to no end that its caller was told, or to a wrong one. */
  readonly outcome: 'verified' | 'undeliverable' | 'lost';
  /** Why it is lost. */
  readonly problem: string | undefined;
  /** Undefined if its fault never struck. */
  readonly struckAt: number | undefined;
  /** When the API first said after the fault that the text is out, or how it ended. */
  readonly answeredAt: number | undefined;
}

/** What befalls a verification while it is under way. */
export class Course {
  id: string | undefined;
  #struckAt: number | undefined;
  #answeredAt: number | undefined;
  readonly #callFaults: CallFault[];
  #incident: Incident | undefined;

  constructor(readonly planned: Planned) {
    this.#callFaults = [...planned.callFaults];
    this.#incident = planned.incident;
  }

  takeCallFault(): CallFault | undefined {
    const fault = this.#callFaults.shift();
    if (fault !== undefined) this.strike();
    return fault;
  }

  /** The incident if this is its moment, once. */
  takeIncident(moment: Moment): Incident | undefined {
    if (this.#incident?.moment !== moment) return undefined;
    const incident = this.#incident;
    this.#incident = undefined;
    return incident;
  }

  strike(): void {
    this.#struckAt ??= Date.now();
  }

  answered(status: string): void {
    if (this.#struckAt !== undefined && status !== 'sending') this.#answeredAt ??= Date.now();
  }

  end(outcome: Story['outcome'], problem?: string): Story {
    return {
      planned: this.planned,
      id: this.id,
      outcome,
      problem,
      struckAt: this.#struckAt,
      answeredAt: this.#answeredAt,
    };
  }
}
