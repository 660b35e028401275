/** Faults of one create call between the worker and the SMS provider. */
export const callFaults = [
  'reset before the request',
  'reset after the request',
  'incomplete answer',
  "the provider's answer lost",
  'answer after the time-out',
  '500 after creating',
  '503 before creating',
  '429',
] as const;
export type CallFault = (typeof callFaults)[number] | 'refused';

/** Targets of an incident. Processes are killed; the provider's port refuses connections for a while. */
export const targets = ['worker', 'every worker', 'API', 'Temporal', 'provider'] as const;
export type Target = (typeof targets)[number];

/** Moments of a verification. `create received` and `created` are before and after the provider records the message. */
export const moments = [
  'before start',
  'start',
  'create received',
  'created',
  'message received',
  'check',
] as const;
export type Moment = (typeof moments)[number];

export interface Incident {
  readonly target: Target;
  readonly moment: Moment;
  /** For the moments `start` and `check`: the delay after the request was sent. */
  readonly delayMs: number;
  /** The worker that is killed, unless the moment is part of a worker's call: then it is this worker. */
  readonly worker: number;
}

/** How long the provider's port refuses connections. */
export const REFUSES_FOR_MS = 2_500;
/** Longer than the worker's time-out. */
export const LATE_ANSWER_MS = 5_500;
/** How long a new message is missing in the provider's list. The worker's search takes longer than `usual`. */
export const LIST_LAG_MS = { usual: 1_500, hiding: 120_000 };
/**
 * The time between two statuses of a message, which are also reported. `early`: the last report comes before the
 * worker's search ends; `slow`: after it; `silent`: never.
 */
export const REPORT_STEP_MS = { usual: 100, early: 700, slow: 2_500, silent: 600_000 };

export const WORKERS = 2;
