/** `2026-11-23T10:00:00.000Z` */
export function rfc3339(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
