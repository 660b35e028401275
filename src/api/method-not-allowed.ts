import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError } from '../domain/refusals';

/** Node gives a CONNECT to no request handler. */
const ANSWERABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Lets routes take every method that Node reads. Fastify's own list ends with PUT: any other would be a 404. */
export function acceptEveryMethod(app: FastifyInstance): void {
  const known = new Set(app.supportedMethods);
  for (const method of ANSWERABLE_METHODS.filter((each) => !known.has(each))) app.addHttpMethod(method);
}

/**
 * Observes the routes that `app` and its children get from now on. Call the function that it returns when all are
 * there: on their paths, `scope` then answers every other method with 405 and `Allow` (RFC 9110, 15.5.6), before a
 * hook of another scope asks for a credential.
 */
export function observeMethods(app: FastifyInstance): (scope: FastifyInstance) => void {
  const methodsByUrl = new Map<string, Set<string>>();

  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsByUrl.set(url, methods);
  });

  return function refuseOtherMethods(scope) {
    // Each refusal is a route, too: the map grows meanwhile.
    for (const url of [...methodsByUrl.keys()].filter((each) => !isWildcard(each))) {
      const allowed = allowedMethods(url);
      const others = ANSWERABLE_METHODS.filter((method) => !allowed.includes(method));
      if (others.length > 0) refuse(scope, url, others, allowed.join(', '));
    }
  };

  function allowedMethods(url: string): string[] {
    const matching = [...methodsByUrl].filter(([each]) => each === url || coversPath(each, url));
    return [...new Set(matching.flatMap(([, methods]) => [...methods]))].toSorted();
  }
}

/** The slash at the end of `url` does not count: `/codec/*` covers `/codec/decode`, and not `/codec/`. */
function coversPath(wildcard: string, url: string): boolean {
  const prefix = wildcard.slice(0, -1);
  return isWildcard(wildcard) && url.startsWith(prefix) && url !== prefix;
}

/** It is a way to answer some method on many paths, as for preflights. None of them exists because of it. */
function isWildcard(url: string): boolean {
  return url.endsWith('*');
}

function refuse(scope: FastifyInstance, url: string, method: string[], allow: string): void {
  const handler = async (_request: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', allow);
    throw new VerificationError({ code: 'method_not_allowed' });
  };
  // As a hook: the body is not read. Fastify requires the handler, and never calls it.
  scope.route({ method, url, schema: { hide: true }, exposeHeadRoute: false, onRequest: handler, handler });
}
