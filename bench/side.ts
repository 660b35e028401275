/** The two that are compared: the service, and the least that its conversation with Temporal can cost. */
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
  /** Resolves as soon as the text has arrived; on the floor, as soon as the activity has run. */
  readonly texted: Promise<void>;
  /** Ends it, with the right code. Resolves when that is answered, and rejects unless it was the right one. */
  readonly check: () => Promise<void>;
}
