/** An option of a command line. @throws Error that names it */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${option} takes a whole number, not "${text}"`);
}
