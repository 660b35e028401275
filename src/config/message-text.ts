// Faults of the texts that an operator writes for messages.

/** Whether a text has variables as at Twilio: `{{code}}` would become `{766644}`. */
export function hasDoubleBraces(sentence: string): boolean {
  return /\{\{|\}\}/.test(sentence);
}

/** Twilio refuses a message with more than 1,600 characters. */
export const MAX_TEXT_CHARACTERS = 1_500;
export const TOO_LONG = `must have at most ${MAX_TEXT_CHARACTERS} characters`;

/** In such a text the service can't find the code again, which it must before it repeats a message. */
export function isCodeGlued(sentence: string): boolean {
  return /[\d}]\{code\}|\{code\}[\d{]/.test(sentence);
}

export const GLUED_CODE = 'must not have a digit or another variable next to {code}';
