/** Parses the value of a command-line option. @throws Error that names the option */
export function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${option} takes a whole number, not "${text}"`);
}
