import type { google } from '@temporalio/proto';

/** Epoch milliseconds. 0 for a time that is not set. */
export function timestampMs(timestamp: google.protobuf.ITimestamp | null | undefined): number {
  return Number(timestamp?.seconds ?? 0) * 1_000 + (timestamp?.nanos ?? 0) / 1e6;
}
