import type { google } from '@temporalio/proto';

/** Epoch milliseconds. 0 for a time that is not set. */
export function timestampMs(timestamp: google.protobuf.ITimestamp | null | undefined): number {
  return milliseconds(timestamp);
}

/** A duration in milliseconds. 0 for one that is not set. */
export function durationMs(duration: google.protobuf.IDuration | null | undefined): number {
  return milliseconds(duration);
}

function milliseconds(
  time: google.protobuf.ITimestamp | google.protobuf.IDuration | null | undefined,
): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
