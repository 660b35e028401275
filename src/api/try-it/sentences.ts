import type { ErrorCode, Refusal } from '../../domain/refusals';
import type { FinalStatus } from '../../domain/types';
import type { IdentifiedView } from '../../gateway/verifications';
import { formatInternational } from '../../numbers/phone-number';

/** What the page says after a form was sent. */
const notices = ['started', 'wrong_code', 'resent'] as const;
export type Notice = (typeof notices)[number];

/** From a URL, which can contain anything. */
export function parseNotice(value: unknown): Notice | undefined {
  return notices.find((notice) => notice === value);
}

/** The refused form. */
export interface RefusedForm {
  /** As the person typed it; undefined if the form does not ask for a number. */
  readonly phoneNumber: string | undefined;
  /** How many digits the verification's code has; undefined if that is not known. */
  readonly codeLength: number | undefined;
}
type Sentence = string | ((refusal: Refusal, form: RefusedForm) => string);

/** What a person reads when a request is refused. The API has other sentences: its readers are developers. */
const refusalSentences: Readonly<Partial<Record<ErrorCode, Sentence>>> = {
  invalid_phone_number: (_refusal, { phoneNumber }) =>
    startsWithZeros(phoneNumber)
      ? 'Write + in place of 00, for example +1 425 555 0123.'
      : 'Enter a mobile number with its country code, for example +1 425 555 0123.',
  unsupported_phone_number: 'We can’t send messages to this type of number. Enter a mobile number.',
  country_not_allowed: 'We don’t send messages to this country. Enter another number.',
  verification_in_progress: (refusal) => `This number is already being verified. ${tryAgain(refusal)}`,
  phone_number_cooling_down: ({ retryAfterSeconds }) =>
    retryAfterSeconds === undefined
      ? 'Please wait before you try this number again.'
      : `Please wait ${duration(retryAfterSeconds)} before you try this number again.`,
  rate_limited: (refusal) => `There were too many requests. ${tryAgain(refusal)}`,
  invalid_code: (refusal, form) => {
    const codeLength = refusal.codeLength ?? form.codeLength;
    return codeLength === undefined
      ? 'Enter all digits of the code from the message. No attempt was used.'
      : `The code has ${codeLength} digits. No attempt was used.`;
  },
  idempotency_key_reused: (_refusal, { phoneNumber }) =>
    phoneNumber !== undefined
      ? 'This form was already sent. Open the page again.'
      : 'This form was already sent with another code. Enter the code again.',
  resend_too_soon: (refusal) => `The last message was sent a short time ago. ${tryAgain(refusal)}`,
  resend_limit_reached: 'We can’t send more messages for this verification.',
  forbidden: 'This form is no longer valid. Try again. The page needs cookies.',
  not_found: 'This verification no longer exists. Start again.',
  temporal_unavailable: 'The service is not available at the moment. Try again.',
  worker_unavailable: 'The service is not available at the moment. Try again.',
};

/** These refuse what the person typed. Other refusals are not about the field. */
const ENTRY_REFUSALS: readonly ErrorCode[] = [
  'invalid_phone_number',
  'unsupported_phone_number',
  'country_not_allowed',
  'invalid_code',
];

export function isEntryRefusal({ code }: Refusal): boolean {
  return ENTRY_REFUSALS.includes(code);
}

export function refusalSentence(refusal: Refusal, form: RefusedForm): string {
  const sentence = refusalSentences[refusal.code] ?? unforeseenSentence(500);
  return typeof sentence === 'string' ? sentence : sentence(refusal, form);
}

/** `status`: the HTTP status of an error that is not one of our refusals. */
export function unforeseenSentence(status: number): string {
  return status < 500
    ? 'The form could not be read. Try again.'
    : 'Something went wrong on our side. Try again.';
}

export function wrongOriginSentence(pageUrl: string): string {
  return `This page works only at ${pageUrl}. Open it there and try again.`;
}

/** Whether the number starts with the international prefix of many countries. */
function startsWithZeros(phoneNumber = ''): boolean {
  return /^[^+\d]*00/.test(phoneNumber);
}

function tryAgain({ retryAfterSeconds }: Refusal): string {
  return retryAfterSeconds === undefined
    ? 'Try again later.'
    : `Try again in ${duration(retryAfterSeconds)}.`;
}

/** A wait in words: `24 seconds`, `5 minutes`, `3 hours`. Rounded up above two minutes. */
function duration(seconds: number): string {
  if (seconds < 120) return plural(seconds, 'second');
  if (seconds < 7_200) return plural(Math.ceil(seconds / 60), 'minute');
  return plural(Math.ceil(seconds / 3_600), 'hour');
}

export function attemptsLeft(attempts: number): string {
  return `${plural(attempts, 'attempt')} left.`;
}

/** With spaces at which a line does not break. */
function shown(phoneNumber: string): string {
  return formatInternational(phoneNumber).replaceAll(' ', '\u00A0');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What the page says about an accepted start whose state it can't read yet. */
export const STARTED_SENTENCE = 'Your code is being sent. This can take a while.';

/** What the code screen says. */
export function openSentence(verification: IdentifiedView, notice?: Notice): string {
  const { phoneNumber, attemptsRemaining, messageInFlight, status } = verification;
  const number = shown(phoneNumber);
  const left = attemptsLeft(attemptsRemaining);
  if (notice === 'wrong_code') return `That code is not right. ${left}`;
  if (status === 'sending') return `We are sending a message with the code to ${number}.`;
  if (messageInFlight) return `We are sending the code again. ${left}`;
  if (notice === 'resent') return `We sent the code again. ${left}`;
  return `We sent a message with the code to ${number}. ${left}`;
}

/** What the result screen says. The sentence does not repeat the heading. */
interface EndSentences {
  readonly heading: string;
  readonly sentence: string;
}

export function endSentences(status: FinalStatus, verification: IdentifiedView): EndSentences {
  const { phoneNumber, error } = verification;
  switch (status) {
    case 'verified':
      return { heading: 'Verified', sentence: `The number ${shown(phoneNumber)} is yours.` };
    case 'expired':
      return { heading: 'Expired', sentence: 'The right code was not entered in time.' };
    case 'max_attempts_reached':
      return { heading: 'Too many attempts', sentence: 'None of the codes was right.' };
    case 'undeliverable':
      return {
        heading: 'The message could not be delivered',
        sentence: error?.message ?? 'The reason is not known.',
      };
    case 'canceled':
      return { heading: 'Canceled', sentence: 'This verification was stopped.' };
  }
}
