/** The message for a code. */
export type Wording = (code: string) => string;

/**
 * `sentence` holds `{code}`. With a domain the last line binds the code to a website, so that browsers offer to fill
 * it in there only (the WICG's "Origin-bound one-time codes delivered via SMS").
 */
export function createWording(sentence: string, webOtpDomain?: string): Wording {
  return (code) => {
    const message = sentence.replaceAll('{code}', code);
    return webOtpDomain === undefined ? message : `${message}\n\n@${webOtpDomain} #${code}`;
  };
}
