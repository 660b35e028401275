/** The kinds of SIDs that requests contain: service, verification, message. */
export type SidPrefix = 'VA' | 'VE' | 'VL';

/** Whether it has the form of a SID: as at Twilio, its hex digits may be capital letters. */
export function isSid(prefix: SidPrefix, text: string): boolean {
  return text.startsWith(prefix) && /^[0-9a-f]{32}$/i.test(text.slice(prefix.length));
}

export function isSameSid(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
