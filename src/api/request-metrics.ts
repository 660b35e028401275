import type { FastifyInstance } from 'fastify';
import { VerificationError } from '../domain/refusals';
import type { AnsweredError, ApiMetrics } from '../telemetry/api-metrics';
import { NAMED_LIMIT_PREFIX } from '../limits/limits';
import { toProblem } from './problem/problem';
import { isCsrfError } from './try-it/session';
import { VerifyApiError } from './verify/errors';

/** All other methods count as one: a client may send any of Node's methods to any path. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];

/** Counts all requests and errors of `app` and of the scopes that are added to it later. */
export function observeRequests(app: FastifyInstance, metrics: ApiMetrics): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    metrics.recordRequest({
      route: routeOptions.url ?? 'unknown',
      method: METHODS.includes(method) ? method : 'other',
      status: statusCode,
      seconds: elapsedTime / 1000,
    });
  });
  app.addHook('onError', async (_request, _reply, error) => metrics.countRefusal(answeredError(error)));
}

/** An error as the metrics count it. An error that only Twilio Verify's API has is counted by its number there. */
export function answeredError(error: unknown): AnsweredError {
  if (error instanceof VerificationError) {
    const { code, limit } = error.refusal;
    // The names of these limits are the tenants'.
    return { code, limit: limit?.startsWith(NAMED_LIMIT_PREFIX) === true ? 'named' : limit };
  }
  if (error instanceof VerifyApiError) return { code: String(error.code) };
  if (isCsrfError(error)) return { code: 'forbidden' };
  return { code: String(toProblem(error).body['code']) };
}
