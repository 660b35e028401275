// Faults of the texts that an operator writes for messages.

/** Whether a text has variables as at Twilio: `{{code}}` would become `{766644}`. */
export function hasDoubleBraces(sentence: string): boolean {
  return /\{\{|\}\}/.test(sentence);
}

/** In such a text the service can't find the code again, which it must before it repeats a message. */
export function isCodeGlued(sentence: string): boolean {
  return /[\d}]\{code\}|\{code\}[\d{]/.test(sentence);
}

export const GLUED_CODE = 'must not have a digit or another variable next to {code}';
