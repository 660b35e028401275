import { invalidParameter } from './errors';

/** Line breaks, other control characters, changes of the text's direction, and halves or replacements of characters. */
export const NO_TEXT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}\uFFFD]/u;

const MAX_CHARACTERS = 30;
/**
 * The usual form of a text can be shorter, by at most this factor. A longer text is refused before it is converted: the
 * time of the conversion grows with the square of the number of combining characters.
 */
const MAX_SHORTENING = 4;
const LINK = /:\/\/|www\.|\S\.\p{L}{2,}/iu;
const DIGIT = /\p{Nd}/gu;
/** More digits could be read as a code, also with other characters between them. */
const MAX_DIGITS = 4;

/**
 * The name as it is sent: other forms of a character, like full-width letters, become the usual one. Undefined for an
 * empty name.
 * @throws VerifyApiError for a name that is not valid
 */
export function parseCustomName(received: string): string | undefined {
  if (received.length > MAX_CHARACTERS * MAX_SHORTENING) throw invalidParameter('CustomFriendlyName');
  const name = received.normalize('NFKC');
  const digits = name.match(DIGIT)?.length ?? 0;
  const isText = !NO_TEXT.test(name) && !LINK.test(name);
  if (name.length > MAX_CHARACTERS || digits > MAX_DIGITS || !isText)
    throw invalidParameter('CustomFriendlyName');
  return name === '' ? undefined : name;
}
