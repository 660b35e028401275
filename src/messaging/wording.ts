/** The text for a code. */
export type TextTemplate = (code: string) => string;

/**
 * `sentence` holds `{code}`. With a domain the last line binds the code to a website, so that browsers offer to fill
 * it in there only (the WICG's "Origin-bound one-time codes delivered via SMS").
 */
export function createTextTemplate(sentence: string, webOtpDomain?: string): TextTemplate {
  return (code) => {
    const text = sentence.replaceAll('{code}', code);
    return webOtpDomain === undefined ? text : `${text}\n\n@${webOtpDomain} #${code}`;
  };
}
