/** The last line of a message for WebOTP: `@example.com #2168`. */
const WEB_OTP_LINE = /\n@\S+ #(\d+)\s*$/;
/** No part of a longer number, and no phone number. */
const CODE = /(?<![\d+])\d{4,10}(?!\d)/;

/** A message's text, cut around the one-time code in it. */
export interface SplitText {
  readonly before: string;
  /** Null if the text has no code. */
  readonly code: string | null;
  readonly after: string;
}

/** Finds the code in the text of a message. The page highlights it. */
export function splitAtCode(text: string): SplitText {
  const code = WEB_OTP_LINE.exec(text)?.[1] ?? CODE.exec(text)?.[0];
  if (code === undefined) return { before: text, code: null, after: '' };
  const start = text.search(new RegExp(`(?<!\\d)${code}(?!\\d)`));
  return { before: text.slice(0, start), code, after: text.slice(start + code.length) };
}
