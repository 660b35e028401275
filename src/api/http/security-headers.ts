import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route's security headers. Default: those for data. */
    securityHeaders?: OutgoingHttpHeaders;
  }
}

/** The headers that differ between routes. */
type Options = Pick<
  HelmetOptions,
  'contentSecurityPolicy' | 'crossOriginOpenerPolicy' | 'referrerPolicy' | 'xFrameOptions'
>;

const FOR_DATA: Options = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  xFrameOptions: { action: 'deny' },
};

/**
 * Helmet's headers. They do not depend on the request, so they are made once: `@fastify/helmet` makes them for each
 * request. `options` override the defaults for data.
 */
export function securityHeaders(options: Options = {}): OutgoingHttpHeaders {
  // Helmet is a middleware: it writes its headers to a response of Node.
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ ...FOR_DATA, ...options })(response.req, response, () => {});
  return response.getHeaders();
}

/** Adds the headers to every answer of a route, and to 404. A page has its own, with `config: { securityHeaders }`. */
export function addSecurityHeaders(app: FastifyInstance): void {
  const forData = securityHeaders();
  app.addHook('onRequest', ({ routeOptions }, reply, done) => {
    reply.headers(routeOptions.config.securityHeaders ?? forData);
    done();
  });
}
