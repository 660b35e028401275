import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyServerOptions } from 'fastify';
import { VerificationError } from '../domain/refusals';
import { answerClientError, SAFE_HEADERS } from './client-errors';
import { acceptEveryMethod } from './method-not-allowed';
import { answerProblem } from './problem';
import { schemaFault } from './schema-fault';

/** No proxy, or the addresses of all. Not their number: then whoever reaches this port without them counts as one. */
export type TrustProxy = false | string[];

export type Api = ReturnType<typeof createHttpServer>;

/** Larger than any body that is meant. */
const BODY_LIMIT_BYTES = 4_096;
const HEADERS_TIMEOUT_MS = 5_000;
/** Headers and body. An answer may take longer. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How late a time-out may be: Node looks at its connections this often, every 30 s unless told otherwise. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;
/** Node's own. */
const MAX_REQUEST_LINE_BYTES = 16_384;

/** An answer is data, never a page that loads something. A route that is one overrides this by its `helmet`. */
const SECURITY_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  xFrameOptions: { action: 'deny' },
};

/** Fastify as every route here has it: limits, and schemas that judge what was sent as it was sent. */
export function createHttpServer(logger: FastifyServerOptions['logger'], trustProxy: TrustProxy) {
  const app = fastify({
    ...(logger === undefined ? {} : { logger }),
    trustProxy,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
      // Node's own answer to a missing Host (RFC 9112, 3.2) has no body: the hook below gives one.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, app.log),
    // No hook runs for these, helmet's neither.
    frameworkErrors: (error, request, reply) => answerProblem(error, request, reply.headers(SAFE_HEADERS)),
    schemaErrorFormatter: schemaFault,
    // Paths as Azure Functions takes them. No parameter meets a regular expression: a request line's own limit will do.
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      maxParamLength: MAX_REQUEST_LINE_BYTES,
    },
    // Fastify's own Ajv turns {"code":42} into "42" and drops unknown fields; here what is sent is what is judged.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  acceptEveryMethod(app);
  app.register(helmet, SECURITY_HEADERS);
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.host === undefined && raw.httpVersion !== '1.0')
      throw new VerificationError({ code: 'invalid_request' }, 'Send a Host header.');
  });
  return app;
}
