/** Invisible characters, such as those for the direction of a text. They come with copied numbers. */
const INVISIBLE = /\p{Cf}/gu;
const DASH = /\p{Pd}/gu;
/** `٧` and `۷`: some keyboards for Arabic and Persian type them. */
const ARABIC_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/g;

/**
 * Text that a person typed or pasted, with plain digits, spaces and hyphens: `２１６８`, `٢١٦٨` and `21–68` are codes, too.
 * The API is stricter: its callers are programs.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(DASH, '-')
    .replaceAll(ARABIC_DIGIT, (digit) => String(digit.charCodeAt(0) % 16));
}
