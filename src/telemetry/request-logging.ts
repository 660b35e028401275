import type { FastifyRequest, FastifyServerOptions } from 'fastify';

/**
 * What a log line contains of a request: never its query, body or headers, which can contain codes, capabilities and
 * phone numbers. It has the route instead of the path, which contains a verification's id.
 */
export const requestLogging = {
  serializers: {
    req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions.url ?? 'unknown' }),
  },
} satisfies FastifyServerOptions['logger'];
