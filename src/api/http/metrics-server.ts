import { VerificationError } from '../../domain/refusals';
import type { ApiMetrics } from '../../telemetry/api-metrics';
import { createHttpServer, type Api } from './http-server';
import { answerProblem } from '../problem/problem';
import { shareWhileRunning } from './share-while-running';

/** Builds the server that offers the metrics. It has a port of its own, which the proxy of the API does not reach. */
export function buildMetricsServer(metrics: Pick<ApiMetrics, 'contentType' | 'text'>): Api {
  const text = shareWhileRunning(async () => Buffer.from(await metrics.text()));
  const app = createHttpServer({ logger: false, trustProxy: false });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(() => {
    throw new VerificationError({ code: 'not_found' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await text()));
  return app;
}
