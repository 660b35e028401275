import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError, withoutMessage } from '../domain/errors';
import { toProblem } from './errors';

/** Every error ends here: also those of the router, whose own answer would repeat the URL with all that it holds. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, body } = toProblem(error);
  if (status >= 500) logFailure(request.log, error, status);
  void reply.code(status).headers(headers).type('application/problem+json').send(body);
}

function logFailure(log: FastifyBaseLogger, error: unknown, status: number): void {
  if (error instanceof VerificationError) log.warn({ status, code: error.code }, 'request not served');
  else log.error({ status, ...withoutMessage(error) }, 'request failed');
}
