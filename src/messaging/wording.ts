/** Returns the body of the message for a code. */
export type Wording = (code: string) => string;

/**
 * `sentence` contains `{code}`. With a domain, the last line binds the code to a website: browsers offer to fill it in
 * only there (WICG, "Origin-bound one-time codes delivered via SMS").
 */
export function createWording(sentence: string, webOtpDomain?: string): Wording {
  return (code) => {
    const message = sentence.replaceAll('{code}', code);
    return webOtpDomain === undefined ? message : `${message}\n\n@${webOtpDomain} #${code}`;
  };
}
