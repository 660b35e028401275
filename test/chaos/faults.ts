/** What happens to one create call between the worker and the SMS provider. */
export const callFaults = [
  'reset before the request',
  'reset after the request',
  'half an answer',
  'answer swallowed',
  'answer past the time-out',
  '500 after creating',
  '503 before creating',
  '429',
] as const;
export type CallFault = (typeof callFaults)[number] | 'refused for good';

/** Who is hit by an incident: a process that is killed, or the provider, whose port then refuses connections. */
export const victims = ['worker', 'every worker', 'API', 'Temporal', 'provider'] as const;
export type Victim = (typeof victims)[number];

/** When in the course of a verification. The two create moments lie before and after the provider has the text. */
export const moments = ['before start', 'start', 'create received', 'created', 'texted', 'check'] as const;
export type Moment = (typeof moments)[number];

export interface Incident {
  readonly victim: Victim;
  readonly moment: Moment;
  /** How long after the moment, where the moment is a request's departure. */
  readonly delayMs: number;
  /** Which worker is the victim where none is concerned more than the others. */
  readonly worker: number;
}

/** How long the provider's port refuses connections. */
export const REFUSES_FOR_MS = 2_500;
/** Longer than the worker waits for an answer. */
export const LATE_ANSWER_MS = 5_500;
/** Until the provider lists a text: shorter than the worker looks for one, and far longer. */
export const LIST_LAG_MS = { usual: 1_500, hiding: 120_000 };
/**
 * From one status of a text to the next, and from one report to the next. `early`: the last one comes before a text
 * counts as unresolved; the others: nothing is known for long, or ever.
 */
export const REPORT_STEP_MS = { usual: 100, early: 700, slow: 2_500, silent: 600_000 };

export const WORKERS = 2;
