import { isFinal, type FinalStatus } from '../../domain/types';
import type { IdentifiedView } from '../../gateway/verifications';
import { resendTimes, secondsUntil } from './resend-times';
import {
  attemptsLeft,
  endSentences,
  openSentence,
  STARTED_SENTENCE,
  wrongOriginSentence,
  type Notice,
} from './sentences';

const NOT_AVAILABLE = 'Not available';

/** What the templates in `views` show. `name` is the template's name. `sentence` is in the status region. */
export type Screen = NumberScreen | WaitingScreen | CodeScreen | RetryScreen | ResultScreen | ErrorScreen;

interface NumberScreen {
  readonly name: 'number';
  readonly heading: string;
  readonly sentence: string;
  /** As the person typed it. */
  readonly phoneNumber: string;
  /** The form's id, if it must be that of an earlier form. Then a repeat starts nothing that was started already. */
  readonly formId?: string;
  /** Whether `sentence` says that a request was refused. */
  readonly isRefused: boolean;
  /** Whether it was refused because of the text in the field. */
  readonly isFieldInvalid: boolean;
}

/** A start was accepted, but its state can't be read yet. It leads to the code screen by itself. */
interface WaitingScreen {
  readonly name: 'waiting';
  readonly verificationId: string;
  readonly heading: string;
  readonly sentence: string;
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
  /** The seconds until no more message may be requested; null if none may be now. */
  readonly resendEndsInSeconds: number | null;
}

/** A check was not answered, but may have counted. Its form repeats the check: the same id and the same code. */
interface RetryScreen extends SentCheck {
  readonly name: 'retry';
  readonly heading: string;
  readonly sentence: string;
}

interface SentCheck {
  readonly verification: string;
  readonly formId: string;
  /** As the person typed it. */
  readonly code: string;
}

interface ResultScreen {
  readonly name: 'result';
  readonly verificationId: string;
  /** E.164. */
  readonly phoneNumber: string;
  readonly heading: string;
  /** The heading for the status region, where only a screen reader reads it. */
  readonly outcome: string;
  readonly sentence: string;
  readonly isRefused: boolean;
  readonly status: FinalStatus;
}

interface ErrorScreen {
  readonly name: 'error';
  readonly heading: string;
  readonly sentence: string;
  /** The page's URL, if the browser may have opened it at another one. */
  readonly pageUrl?: string;
}

/** Why a request was refused. Its sentence replaces the screen's. The code screen adds how many attempts are left. */
export interface Refused {
  readonly sentence: string;
  /** Whether the text in the field is the reason. */
  readonly isFieldInvalid: boolean;
}

export function numberScreen(refused?: Refused, phoneNumber = '', formId?: string): NumberScreen {
  return {
    ...(formId !== undefined && { formId }),
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
    return {
      name: 'result',
      verificationId,
      phoneNumber,
      heading,
      outcome: refused ? '' : `${heading}.`,
      sentence: refused?.sentence ?? sentence,
      isRefused: refused !== undefined,
      status,
    };
  }
  return {
    name: 'code',
    verificationId,
    heading: 'Enter the code',
    sentence: refused
      ? `${refused.sentence} ${attemptsLeft(attemptsRemaining)}`
      : openSentence(verification, notice),
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
    ...resendTimes(expiresAt, nextResendAt, now),
  };
}

export function waitingScreen(verificationId: string): WaitingScreen {
  return { name: 'waiting', verificationId, heading: 'Sending the code', sentence: STARTED_SENTENCE };
}

export function retryScreen({ verification, formId, code }: SentCheck, sentence: string): RetryScreen {
  const repeat = 'Checking the same code again does not use another attempt.';
  return {
    name: 'retry',
    heading: NOT_AVAILABLE,
    sentence: `${sentence} ${repeat}`,
    verification,
    formId,
    code,
  };
}

export function errorScreen(sentence: string): ErrorScreen {
  return { name: 'error', heading: NOT_AVAILABLE, sentence };
}

/** For a form of another site, or of the page at a URL that is not its own. */
export function wrongOriginScreen(pageUrl: string): ErrorScreen {
  return { name: 'error', heading: 'Wrong address', sentence: wrongOriginSentence(pageUrl), pageUrl };
}
