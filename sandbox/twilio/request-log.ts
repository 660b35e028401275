/** An authenticated call to the Messages resource. */
export interface LoggedRequest {
  kind: 'create' | 'fetch' | 'list';
  /** The number in `To`, or the recipient of the fetched message. */
  to: string | null;
  /** Epoch milliseconds. */
  at: number;
}
