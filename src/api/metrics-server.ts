import { VerificationError } from '../domain/refusals';
import type { ApiMetrics } from '../telemetry/api-metrics';
import { createHttpServer, type Api } from './http-server';
import { answerProblem } from './problem';

/** Prometheus reads every few seconds. */
const KEPT_MS = 1_000;

/** Builds the server that offers the metrics. It has a port of its own, which the proxy of the API does not reach. */
export function buildMetricsServer(metrics: Pick<ApiMetrics, 'contentType' | 'text'>): Api {
  const text = keepBriefly(async () => Buffer.from(await metrics.text()));
  const app = createHttpServer({ logger: false, trustProxy: false });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new VerificationError({ code: 'not_found' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await text()));
  return app;
}

/**
 * Returns a function that shares the result of `make` for KEPT_MS. One client can send thousands of requests at once and
 * read no answer. To make a text for each would block this process, which also serves the API, and fill its memory.
 */
function keepBriefly<T>(make: () => Promise<T>): () => Promise<T> {
  let last: { readonly until: number; readonly result: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now >= last.until) last = { until: now + KEPT_MS, result: make() };
    return last.result;
  };
}
