import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRefusal, VerificationError } from '../../domain/refusals';
import type { IdentifiedView } from '../../gateway/verifications';
import { noteProblem, toProblem } from '../problem/problem';
import type { Pages } from './pages';
import { sentFields, sentNotice } from './schemas';
import {
  errorScreen,
  numberScreen,
  retryScreen,
  verificationScreen,
  waitingScreen,
  wrongOriginScreen,
  type Refused,
  type Screen,
} from './screens';
import { isEntryRefusal, parseNotice, refusalSentence, unforeseenSentence } from './sentences';
import { isCsrfError } from './session';

export interface ErrorHandlerDependencies {
  readonly pages: Pages;
  /** The public id of the session's verification; undefined if there is none. */
  readonly currentId: (request: FastifyRequest) => string | undefined;
  /** The session's verification; undefined if there is none. */
  readonly currentVerification: (
    request: FastifyRequest,
    reply: FastifyReply,
  ) => Promise<IdentifiedView | undefined>;
}

/** Shows the screen on which an error occurred, with a sentence that says what to do. */
export function createErrorHandler({ pages, currentId, currentVerification }: ErrorHandlerDependencies) {
  return async function showError(
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    // Refused before its cookies were read. No browser sends such a request: the API's error handler answers it.
    if ((request.cookies as unknown) === null) throw error;
    const cause = isCsrfError(error) ? new VerificationError({ code: 'forbidden' }) : error;
    const problem = toProblem(cause);
    noteProblem(request, problem, cause);
    const refusal = cause instanceof VerificationError ? cause.refusal : undefined;
    if (refusal?.code === 'verification_ended') return pages.redirect(reply);
    reply.code(problem.status).headers(problem.headers);
    if (isFromOtherOrigin(error)) return pages.show(reply, wrongOriginScreen(pages.url));
    const startedId = problem.status === 503 ? startedVerification(request) : undefined;
    if (startedId !== undefined) return pages.show(reply, waitingScreen(startedId));
    const { phoneNumber } = sentFields(request.body);
    const refusedWith = (codeLength?: number): Refused =>
      refusal
        ? {
            sentence: refusalSentence(refusal, { phoneNumber, codeLength }),
            isFieldInvalid: isEntryRefusal(refusal),
          }
        : { sentence: unforeseenSentence(problem.status), isFieldInvalid: false };
    // The request may have been done. The next form repeats it, so that it is not done twice.
    const repeated = problem.status >= 500 ? repeatScreen(request.body, refusedWith()) : undefined;
    return pages.show(reply, repeated ?? (await screenWithError(request, reply, refusedWith)));
  };

  /** The verification whose accepted start led to this page. */
  function startedVerification(request: FastifyRequest): string | undefined {
    return parseNotice(sentNotice(request.query)) === 'started' ? currentId(request) : undefined;
  }

  async function screenWithError(
    request: FastifyRequest,
    reply: FastifyReply,
    refusedWith: (codeLength?: number) => Refused,
  ): Promise<Screen> {
    const { phoneNumber } = sentFields(request.body);
    if (phoneNumber !== undefined) return numberScreen(refusedWith(), phoneNumber);
    if (request.method !== 'POST') return errorScreen(refusedWith().sentence);
    try {
      const verification = await currentVerification(request, reply);
      return verification
        ? verificationScreen(verification, { refused: refusedWith(verification.codeLength) })
        : numberScreen(refusedWith());
    } catch {
      return errorScreen(refusedWith().sentence);
    }
  }
}

/** A form with the id of the sent form; undefined if the sent form has none. */
function repeatScreen(body: unknown, refused: Refused): Screen | undefined {
  const { phoneNumber, code, formId, verification } = sentFields(body);
  if (formId === undefined) return undefined;
  if (phoneNumber !== undefined) return numberScreen(refused, phoneNumber, formId);
  if (code === undefined || verification === undefined) return undefined;
  return retryScreen({ verification, formId, code }, refused.sentence);
}

/** The guard against cross-site requests refused the form. (The check of its token throws other errors.) */
function isFromOtherOrigin(error: unknown): boolean {
  return isRefusal(error, 'forbidden');
}
