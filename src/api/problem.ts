import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError, type Refusal } from '../domain/refusals';
import { unforeseenError } from '../telemetry/unforeseen-error';
import { problemCatalogue, titles } from './problem-catalogue';

/** An error as the caller gets it: RFC 9457, with a `code` that stays the same when sentences change. */
export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string | number>>;
}

/** The error handler of every route and of the router, whose own answer would repeat the URL with all that it holds. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = toProblem(error);
  logProblem(request.log, answer, error);
  void reply.code(answer.status).headers(answer.headers).type('application/problem+json').send(answer.body);
}

/** One line for each error answer: its `code`, and the limit if one was reached. Nothing of what was sent. */
export function logProblem(log: FastifyBaseLogger, { status, body }: Problem, error: unknown): void {
  const refusal = error instanceof VerificationError ? error.refusal : undefined;
  const limit = refusal?.limit === undefined ? {} : { limit: refusal.limit };
  const line = { status, code: body['code'], ...limit };
  if (status < 500) log.info(line, 'request refused');
  else if (refusal) log.warn(line, 'request not served');
  else log.error({ ...line, ...unforeseenError(error) }, 'request failed');
}

/** Any error as a problem. One that isn't ours or Fastify's own becomes a 500 that says nothing of its cause. */
function toProblem(error: unknown): Problem {
  if (error instanceof VerificationError) return problem(error);
  const status = statusOf(error);
  if (status === 413)
    return problem(new VerificationError({ code: 'invalid_request' }, 'The body is too large.'), 413);
  if (status === undefined || status >= 500)
    return problem(new VerificationError({ code: 'internal_error' }));
  return problem(new VerificationError({ code: 'invalid_request' }, invalidRequestDetail(error)));
}

/** `status`: where HTTP has a more specific one than the code's own. */
export function problem(
  { refusal, detail }: VerificationError,
  status: number = problemCatalogue[refusal.code].status,
): Problem {
  const { code, retryAfterSeconds, verificationStatus } = refusal;
  return {
    status,
    headers: {
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
    body: {
      type: 'about:blank',
      title: titles[status] ?? 'Error',
      status,
      detail: detail ?? sentenceFor(refusal),
      code,
      ...(verificationStatus === undefined ? {} : { verificationStatus }),
    },
  };
}

function sentenceFor({ code, codeLength }: Refusal): string {
  if (code === 'invalid_code' && codeLength !== undefined)
    return `The code has ${codeLength} digits. No attempt was spent.`;
  return problemCatalogue[code].detail;
}

/** Fastify's own errors carry the status that they stand for. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** In our words or Ajv's. Neither repeats what was sent, except for a property's name: see schemaFault. */
function invalidRequestDetail(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_VALIDATION' && error instanceof Error) return `${error.message}.`;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'Send JSON, with "Content-Type: application/json".';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError)
    return 'The body is not valid JSON.';
  return undefined;
}
