import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError, type Refusal } from '../../domain/refusals';
import { noteOnRequest, type RequestFacts } from '../../telemetry/request-log';
import { unforeseenError } from '../../telemetry/unforeseen-error';
import { problemCatalogue, titles } from './problem-catalogue';

/** An error response (RFC 9457). `code` stays the same when sentences change. */
interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string | number>>;
}

/** The error handler of all routes, and of the router: its default answer would repeat the URL. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = toProblem(error);
  noteProblem(request, answer, error);
  void reply.code(answer.status).headers(answer.headers).type('application/problem+json').send(answer.body);
}

/** Adds an error to the request's log line: its `code`, and the refusal's limit or reason. No data of the request. */
export function noteProblem(request: FastifyRequest, answer: ProblemAnswer, error: unknown): void {
  noteOnRequest(request, { problem: describe(answer, error) });
}

/** Logs the error of data that is not a request. */
export function logProblem(log: FastifyBaseLogger, answer: ProblemAnswer, error: unknown): void {
  const { level, message, fields } = describe(answer, error);
  log[level]({ status: answer.status, ...fields }, message);
}

function describe({ status, body }: ProblemAnswer, error: unknown): NonNullable<RequestFacts['problem']> {
  const refusal = error instanceof VerificationError ? error.refusal : undefined;
  const { limit, reason } = refusal ?? {};
  const fields = {
    code: body['code'],
    ...(limit !== undefined && { limit }),
    ...(reason !== undefined && { reason }),
  };
  if (status < 500) return { level: 'info', message: 'request refused', fields };
  if (refusal) return { level: 'warn', message: 'request not served', fields };
  return { level: 'error', message: 'request failed', fields: { ...fields, ...unforeseenError(error) } };
}

/** Turns any error into a problem. An unforeseen error becomes a 500 that does not name its cause. */
export function toProblem(error: unknown): ProblemAnswer {
  if (error instanceof VerificationError) return problem(error);
  const status = statusOf(error);
  if (status === 413)
    return problem(new VerificationError({ code: 'invalid_request' }, 'The body is too large.'), 413);
  if (status === undefined || status >= 500)
    return problem(new VerificationError({ code: 'internal_error' }));
  return problem(new VerificationError({ code: 'invalid_request' }, invalidRequestDetail(error)));
}

/** `status`: replaces the status of the code with a more specific one. */
export function problem(
  { refusal, detail }: VerificationError,
  status: number = problemCatalogue[refusal.code].status,
): ProblemAnswer {
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
    return `The code has ${codeLength} digits. No attempt was used.`;
  return problemCatalogue[code].detail;
}

/** The HTTP status of one of Fastify's own errors. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** A sentence of ours or Ajv's. It contains no data of the request, except a property's name: see schemaFault. */
function invalidRequestDetail(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_VALIDATION' && error instanceof Error) return `${error.message}.`;
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return 'Send JSON with "Content-Type: application/json".';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError)
    return 'The body is not valid JSON.';
  return undefined;
}
