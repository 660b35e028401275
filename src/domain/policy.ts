/** The rules of a verification, fixed when it starts: a later change of configuration does not touch it. */
export interface Policy {
  /** Digits in the code, 4 to 8. */
  readonly codeLength: number;
  /** How long the code counts, from the moment the SMS provider accepted the text. */
  readonly windowMs: number;
  /** Submitted codes that count, the right one included. */
  readonly maxAttempts: number;
  /** The least time from one text to the next. */
  readonly resendIntervalMs: number;
  /** Texts after the first. */
  readonly maxResends: number;
}

/** The first text is with the provider this long after the start, or never: nobody waits longer for one. */
export const SEND_DEADLINE_MS = 30_000;

/** With less of the window left, another text would come too late to be answered. */
export const MIN_WINDOW_LEFT_FOR_RESEND_MS = 15_000;
