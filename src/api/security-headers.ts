import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In place of the headers for answers that are data and not pages. */
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

/** Helmet's headers. They do not depend on the request, so they are made once. `options`: what differs from data. */
export function securityHeaders(options: Options = {}): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ ...FOR_DATA, ...options })(response.req, response, () => {});
  return response.getHeaders();
}

/** Adds the headers to every answer. A route with a page has its own, with `config: { securityHeaders }`. */
export function addSecurityHeaders(app: FastifyInstance): void {
  const forData = securityHeaders();
  app.addHook('onRequest', async ({ routeOptions }, reply) => {
    reply.headers(routeOptions.config.securityHeaders ?? forData);
  });
}
