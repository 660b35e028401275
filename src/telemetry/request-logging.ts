import type { FastifyRequest, FastifyServerOptions } from 'fastify';

/**
 * What a log line says of a request: never its query, body or headers, where codes, capabilities and numbers can be.
 * The route stands for the path, which holds a verification's id.
 */
export const requestLogging = {
  serializers: {
    req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions.url ?? 'unknown' }),
  },
} satisfies FastifyServerOptions['logger'];
