import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError, withoutMessage } from '../domain/errors';
import { toProblem, type Problem } from './errors';

/** Every error ends here: also those of the router, whose own answer would repeat the URL with all that it holds. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error);
  logProblem(request.log, problem, error);
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json')
    .send(problem.body);
}

/** One line for each error answer: its `code`, and the limit where one was reached. Nothing of what was sent. */
export function logProblem(log: FastifyBaseLogger, { status, body }: Problem, error: unknown): void {
  const refusal = error instanceof VerificationError ? error.refusal : undefined;
  const limit = refusal?.limit === undefined ? {} : { limit: refusal.limit };
  const line = { status, code: body['code'], ...limit };
  if (status < 500) log.info(line, 'request refused');
  else if (refusal) log.warn(line, 'request not served');
  else log.error({ ...line, ...withoutMessage(error) }, 'request failed');
}
