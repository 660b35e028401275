/** A call that the sandbox received from the service, in order. */
export interface LoggedRequest {
  kind: 'create' | 'fetch' | 'list';
  /** The number that it names in `To`, if any. */
  to: string | null;
  /** When, in milliseconds since the epoch. */
  at: number;
}
