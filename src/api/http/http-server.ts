import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyServerOptions } from 'fastify';
import { VerificationError } from '../../domain/refusals';
import { createClientErrors, SAFE_HEADERS } from './client-errors';
import { RequestLog } from '../../telemetry/request-log';
import { acceptEveryMethod } from './method-not-allowed';
import { answerProblem } from '../problem/problem';
import { pathAndQueryOf } from './request-target';
import { schemaFault } from './schema-fault';
import { addSecurityHeaders } from './security-headers';
import { buildSerializer } from './serializers';
import { closeConnectionsOnShutdown } from './shutdown-connections';

/**
 * No proxies, or the addresses of all proxies. Not the number of proxies: then a client that reaches this port directly
 * could send a false address in `X-Forwarded-For`.
 */
export type TrustProxy = false | string[];

export type Api = ReturnType<typeof createHttpServer>;

/** Larger than any valid body. Some routes allow more. */
const BODY_LIMIT_BYTES = 4_096;
const HEADERS_TIMEOUT_MS = 5_000;
/** For headers and body together. The answer may take longer. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How long a connection may be without a request. Longer than the 60 s of nginx and of most load balancers. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** How often Node checks its connections for time-outs. A time-out can be late by this much. Node's default is 30 s. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;
/** Node's limit. */
const MAX_REQUEST_LINE_BYTES = 16_384;
const SINGLE_HEADERS: readonly string[] = ['host', 'authorization'];

export interface HttpServerOptions {
  readonly logger: FastifyServerOptions['logger'];
  readonly trustProxy: TrustProxy;
  /** The error handler of requests whose path can't be read. */
  readonly answerUnroutable?: typeof answerProblem;
  /** Called with each error that is answered outside of Fastify, where no hook runs. */
  readonly onUnroutedError?: (error: unknown) => void;
  /** Default: a log without run ids. */
  readonly requestLog?: RequestLog;
}

/** Creates Fastify with time-outs and size limits. Schemas check a request without changing it. */
export function createHttpServer({
  logger,
  trustProxy,
  answerUnroutable = answerProblem,
  onUnroutedError = () => {},
  requestLog = new RequestLog(),
}: HttpServerOptions) {
  const app = fastify({
    ...(logger === undefined ? {} : { logger }),
    logController: requestLog,
    trustProxy,
    // So `request.url` is always a path and query.
    rewriteUrl: ({ url = '/' }) => pathAndQueryOf(url),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // A request on a connection that was open before the shutdown is answered. Fastify's own 503 is not a problem
    // document (RFC 9457) and has no Retry-After header.
    return503OnClosing: false,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
      // Node's answer to a missing Host header (RFC 9112, 3.2) has no body. The hook below answers with a problem.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => unrouted.answerClientError(error, socket),
    // No hooks run for these errors, so no headers are added.
    frameworkErrors(error, request, reply) {
      onUnroutedError(error);
      answerUnroutable(error, request, reply.headers(SAFE_HEADERS));
    },
    schemaErrorFormatter: schemaFault,
    schemaController: { compilersFactory: { buildSerializer } },
    // Azure Functions also ignores case and a trailing slash. Parameters may be as long as the request line: Fastify's
    // limit is a protection for routes with regular expressions, and there are none.
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      maxParamLength: MAX_REQUEST_LINE_BYTES,
    },
    // By default, Fastify changes {"code":42} to "42" and removes unknown fields. Here both are errors.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  const unrouted = createClientErrors(app.log, onUnroutedError);
  acceptEveryMethod(app);
  unrouted.answerUnroutedRequests(app.server);
  closeConnectionsOnShutdown(app);
  addSecurityHeaders(app);
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.host === undefined && raw.httpVersion !== '1.0')
      throw new VerificationError({ code: 'invalid_request' }, 'Send a Host header.');
    // Node uses the first. A proxy in front may have checked the second.
    const repeated = SINGLE_HEADERS.find((name) => countOf(name, raw.rawHeaders) > 1);
    if (repeated !== undefined)
      throw new VerificationError({ code: 'invalid_request' }, `Send only one ${repeated} header.`);
  });
  return app;
}

/** `rawHeaders`: as Node has received them, names and values by turns. */
function countOf(header: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === header).length;
}
