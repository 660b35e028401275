import { VerificationError } from '../domain/refusals';
import type { ApiMetrics } from '../telemetry/api-metrics';
import { createHttpServer, type Api } from './http-server';
import { answerProblem } from './problem';

/** Builds the server that offers the metrics. It has a port of its own, which the proxy of the API does not reach. */
export function buildMetricsServer(metrics: ApiMetrics): Api {
  const app = createHttpServer({ logger: false, trustProxy: false });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new VerificationError({ code: 'not_found' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return app;
}
