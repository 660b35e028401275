const MAX_WAIT_SECONDS = 60;

/** The seconds of `Prefer: wait=20` (RFC 7240), at most 60; undefined if there is no such preference. */
export function parsePreferWait(header: string | undefined): number | undefined {
  const [, seconds] = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|,|$)/i.exec(header ?? '') ?? [];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}
