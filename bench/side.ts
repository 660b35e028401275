/** The two sides of the comparison: the service, and a bare workflow with the same calls to Temporal. */
export const sideNames = ['service', 'floor'] as const;
export type SideName = (typeof sideNames)[number];
export type BySide<T> = Record<SideName, T>;

/** What the load generator can do on a side. */
export interface Side {
  /** Resolves when the start is answered. */
  start(): Promise<Started>;
  /** Resolves when nothing goes on any more for the verifications that were started. */
  untilIdle(): Promise<void>;
}

export interface Started {
  readonly workflowId: string;
  /** Resolves when the message has arrived. On the floor: when the activity has run. */
  readonly messageArrived: Promise<unknown>;
  /** Checks the right code. Rejects if the code is not accepted. */
  readonly check: () => Promise<void>;
}
