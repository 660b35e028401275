import { isFinal, type FinalStatus } from '../../domain/types';
import type { IdentifiedView } from '../../gateway/verifications';
import { endSentences, openSentence, wrongOriginSentence, type Notice } from './sentences';

/** What the templates in `views` show. `name` is the template's name. `sentence` is in the status region. */
export type Screen = NumberScreen | CodeScreen | ResultScreen | ErrorScreen;

interface NumberScreen {
  readonly name: 'number';
  readonly heading: string;
  readonly sentence: string;
  /** As the person typed it. */
  readonly phoneNumber: string;
  /** Whether `sentence` says that a request was refused. */
  readonly isRefused: boolean;
  /** Whether it was refused because of the text in the field. */
  readonly isFieldInvalid: boolean;
}

interface CodeScreen {
  readonly name: 'code';
  /** The verification that the screen is about. */
  readonly verificationId: string;
  readonly heading: string;
  readonly sentence: string;
  /** E.164. */
  readonly phoneNumber: string;
  readonly codeLength: number;
  readonly isRefused: boolean;
  readonly isFieldInvalid: boolean;
  readonly attemptsRemaining: number;
  /** When the window closes, RFC 3339; null before it opens. */
  readonly expiresAt: string | null;
  /** Null before the window opens. */
  readonly secondsLeft: number | null;
  readonly windowSeconds: number;
  readonly messageInFlight: boolean;
  /** What the screen says again when its message was sent. */
  readonly notice: Notice | undefined;
  /** The seconds until another message may be requested; null if none may be. */
  readonly resendInSeconds: number | null;
}

interface ResultScreen {
  readonly name: 'result';
  readonly verificationId: string;
  readonly heading: string;
  readonly sentence: string;
  readonly status: FinalStatus;
}

interface ErrorScreen {
  readonly name: 'error';
  readonly heading: string;
  readonly sentence: string;
  /** The page's URL, if the browser may have opened it at another one. */
  readonly pageUrl?: string;
}

/** Why a request was refused. Its sentence replaces that of the screen. */
export interface Refused {
  readonly sentence: string;
  /** Whether the text in the field is the reason. */
  readonly isFieldInvalid: boolean;
}

export function numberScreen(refused?: Refused, phoneNumber = ''): NumberScreen {
  return {
    name: 'number',
    heading: 'Verify a phone number',
    sentence: refused?.sentence ?? '',
    phoneNumber,
    isRefused: refused !== undefined,
    isFieldInvalid: refused?.isFieldInvalid ?? false,
  };
}

export function verificationScreen(
  verification: IdentifiedView,
  { notice, refused }: { readonly notice?: Notice | undefined; readonly refused?: Refused } = {},
  now = Date.now(),
): CodeScreen | ResultScreen {
  const { id: verificationId, status, phoneNumber, codeLength, attemptsRemaining, windowMs } = verification;
  const { expiresAt, messageInFlight, nextResendAt } = verification;
  if (isFinal(status)) {
    const { heading, sentence } = endSentences(status, verification);
    return { name: 'result', verificationId, status, heading, sentence: refused?.sentence ?? sentence };
  }
  return {
    name: 'code',
    verificationId,
    heading: 'Enter the code',
    sentence: refused?.sentence ?? openSentence(verification, notice),
    phoneNumber,
    codeLength,
    isRefused: refused !== undefined || notice === 'wrong_code',
    isFieldInvalid: refused?.isFieldInvalid ?? notice === 'wrong_code',
    attemptsRemaining,
    expiresAt,
    secondsLeft: secondsUntil(expiresAt, now),
    windowSeconds: windowMs / 1000,
    messageInFlight,
    notice: notice === 'resent' ? notice : undefined,
    resendInSeconds: secondsUntil(nextResendAt, now),
  };
}

export function errorScreen(sentence: string): ErrorScreen {
  return { name: 'error', heading: 'Not available', sentence };
}

/** For a form of another site, or of the page at a URL that is not its own. */
export function wrongOriginScreen(pageUrl: string): ErrorScreen {
  return { name: 'error', heading: 'Wrong address', sentence: wrongOriginSentence(pageUrl), pageUrl };
}

function secondsUntil(time: string | null, now: number): number | null {
  return time === null ? null : Math.max(0, Math.ceil((Date.parse(time) - now) / 1000));
}
