import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyServerOptions } from 'fastify';
import { answerProblem } from './problem';

/** No proxy, how many there are, or their addresses. */
export type TrustProxy = false | number | string[];

export type Api = ReturnType<typeof createHttpServer>;

/** Larger than any body that is meant. */
const BODY_LIMIT_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 10_000;
/** Node's own. */
const MAX_REQUEST_LINE_BYTES = 16_384;

/** Fastify as every route here has it: limits, and schemas that judge what was sent as it was sent. */
export function createHttpServer(logger: FastifyServerOptions['logger'], trustProxy: TrustProxy) {
  return fastify({
    ...(logger === undefined ? {} : { logger }),
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: answerProblem,
    // Paths as Azure Functions takes them. No parameter meets a regular expression: a request line's own limit will do.
    routerOptions: {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      maxParamLength: MAX_REQUEST_LINE_BYTES,
    },
    // Fastify's own Ajv turns {"code":42} into "42" and drops unknown fields; here what is sent is what is judged.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
}
