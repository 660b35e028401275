import type { FastifyReply, FastifyRequest } from 'fastify';
import { noteProblem } from '../problem/problem';
import { toVerifyError } from './errors';
import { formOf, toOf } from './form';

export const VERIFY_PREFIX = '/v2';

/** The error handler of this API. */
export function answerVerifyError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const facts = { path: pathOf(request), to: toOf(formOf(request.body)) };
  const { status, code, message, headers } = toVerifyError(error, facts);
  noteProblem(request, { status, headers, body: { code } }, error);
  const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
  void reply.code(status).headers(headers).send({ code, message, more_info: moreInfo, status });
}

/** The path without `/v2` and without a query. */
export function pathOf({ url }: FastifyRequest): string {
  const [path = ''] = url.split('?');
  return decodedOr(path.slice(VERIFY_PREFIX.length) || '/');
}

function decodedOr(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
