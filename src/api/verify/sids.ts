/** Whether it has the form of a SID: as at Twilio, its hex digits may be capital letters. */
export function isSid(letters: 'VA' | 'VE', text: string): boolean {
  return text.startsWith(letters) && /^[0-9a-f]{32}$/i.test(text.slice(letters.length));
}

export function isSameSid(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
