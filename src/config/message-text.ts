import type { z } from 'zod';

/** Twilio refuses a message with more than 1,600 characters. */
const MAX_CHARACTERS = 1_500;

/** The text of a message, as an operator writes it. `braces`: the message for a text with variables as at Twilio. */
export function messageText(text: z.ZodString, braces: string) {
  return text
    .max(MAX_CHARACTERS, `must have at most ${MAX_CHARACTERS} characters`)
    .refine((sentence) => sentence.includes('{code}'), 'must contain {code}')
    .refine((sentence) => !hasDoubleBraces(sentence), braces)
    .refine((sentence) => !isCodeGlued(sentence), 'must not have a digit or another variable next to {code}');
}

/** At Twilio, variables have two braces: `{{code}}` would become `{766644}`. */
function hasDoubleBraces(sentence: string): boolean {
  return /\{\{|\}\}/.test(sentence);
}

/** In such a text the service can't find the code again, which it must before it repeats a message. */
function isCodeGlued(sentence: string): boolean {
  return /[\d}]\{code\}|\{code\}[\d{]/.test(sentence);
}
