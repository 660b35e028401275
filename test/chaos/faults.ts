/** What happens to one create call between the worker and the SMS provider. */
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

/** What an incident breaks: processes, which are killed, or the provider, whose port then refuses connections. */
export const targets = ['worker', 'every worker', 'API', 'Temporal', 'provider'] as const;
export type Target = (typeof targets)[number];

/** Moments of a verification. `create received` and `created`: before and after the provider has recorded the message. */
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
  /** How long after the request has left, if the moment is `start` or `check`. */
  readonly delayMs: number;
  /** Which worker is killed, unless the moment belongs to the call of one worker. */
  readonly worker: number;
}

/** How long the provider's port refuses connections. */
export const REFUSES_FOR_MS = 2_500;
/** Longer than the worker waits for an answer. */
export const LATE_ANSWER_MS = 5_500;
/** How long the provider's list lacks a new message: for less time than the worker looks for it, and for far longer. */
export const LIST_LAG_MS = { usual: 1_500, hiding: 120_000 };
/**
 * Time from one status of a message, and its report, to the next. `early`: the last report comes before the worker
 * gives up looking for the message; `slow`: after that; `silent`: never.
 */
export const REPORT_STEP_MS = { usual: 100, early: 700, slow: 2_500, silent: 600_000 };

export const WORKERS = 2;
