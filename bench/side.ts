/** The two that are compared: the service, and a workflow that makes only the calls to Temporal that the service needs. */
export const sideNames = ['service', 'floor'] as const;
export type SideName = (typeof sideNames)[number];
export type BySide<T> = Record<SideName, T>;

/** One of them, as the load sees it. */
export interface Side {
  /** Resolves when the start is answered. */
  start(): Promise<Started>;
}

export interface Started {
  readonly workflowId: string;
  /** Resolves when the message has arrived; on the floor, when the activity has run. */
  readonly messageArrived: Promise<void>;
  /** Checks the right code. Rejects unless the answer says that it was right. */
  readonly check: () => Promise<void>;
}
