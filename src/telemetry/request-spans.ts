import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { noteOnRequest } from './request-log';

/** Probes come every few seconds, and say nothing. */
const UNTRACED_ROUTES: readonly unknown[] = ['/healthz', '/readyz'];
const METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
const FIRST_SERVER_ERROR = 500;

/**
 * Records a span for each request, as a child of its `traceparent`. The span has the route and not the path, which
 * contains the verification's id. Call this before the hooks of the surfaces are added: a request that an earlier hook
 * refuses has no span.
 */
export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('phone-verification/api');
  const contexts = new WeakMap<FastifyRequest, Context>();

  app.addHook('onRequest', (request, reply, done) => {
    const { url: route } = request.routeOptions;
    if (UNTRACED_ROUTES.includes(route)) return done();
    const method = METHODS.includes(request.method) ? request.method : '_OTHER';
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(
      [method === '_OTHER' ? 'HTTP' : method, route].join(' ').trim(),
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': method,
          'url.scheme': request.protocol,
          ...(route !== undefined && { 'http.route': route }),
        },
      },
      parent,
    );
    noteOnRequest(request, { traceId: span.spanContext().traceId });
    reply.raw.once('finish', () => {
      span.setAttribute('http.response.status_code', reply.statusCode);
      if (reply.statusCode < FIRST_SERVER_ERROR) return;
      span.setAttribute('error.type', String(reply.statusCode)).setStatus({ code: SpanStatusCode.ERROR });
    });
    // Without a status, the client closed the connection before the response was complete.
    reply.raw.once('close', () => span.end());
    const current = trace.setSpan(parent, span);
    contexts.set(request, current);
    context.with(current, done);
  });

  // A body is read outside the context.
  app.addHook('preValidation', (request, _reply, done) => {
    context.with(contexts.get(request) ?? ROOT_CONTEXT, done);
  });
}
