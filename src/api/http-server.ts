import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyServerOptions } from 'fastify';

export type Api = ReturnType<typeof createHttpServer>;

/** Larger than any body that is meant. */
const BODY_LIMIT_BYTES = 4_096;
const REQUEST_TIMEOUT_MS = 10_000;

/** Fastify as every route here has it: limits, and schemas that judge what was sent as it was sent. */
export function createHttpServer(logger: FastifyServerOptions['logger']) {
  return fastify({
    ...(logger === undefined ? {} : { logger }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 128 },
    // Fastify's own Ajv turns {"code":42} into "42" and drops unknown fields; here what is sent is what is judged.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
}
