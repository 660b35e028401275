/** `2026-11-23T10:00:00.000Z` */
export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

export function rfc3339OrNull(time: number | null): string | null {
  return time === null ? null : rfc3339(time);
}
