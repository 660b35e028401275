import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';

/** Node does not pass CONNECT requests to request handlers. */
const ANSWERABLE_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Lets routes use every method that Node parses. Fastify answers 404 to methods that it does not know. */
export function acceptEveryMethod(app: FastifyInstance): void {
  const known = new Set(app.supportedMethods);
  for (const method of ANSWERABLE_METHODS.filter((each) => !known.has(each))) app.addHttpMethod(method);
}

/**
 * Records the routes that are added to `app` and its child scopes from now on. Call the returned function after all
 * routes are added: it adds routes to `scope` that answer all other methods on the same paths with 405 and `Allow`
 * (RFC 9110, 15.5.6). All recorded paths must begin with the prefix of `scope`. The hooks of other scopes, such as
 * authentication, do not run for them.
 */
export function observeMethods(app: FastifyInstance): (scope: FastifyInstance) => void {
  const methodsByUrl = new Map<string, Set<string>>();

  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsByUrl.set(url, methods);
  });

  return function refuseOtherMethods(scope) {
    // Copies the keys, since each added route changes the map.
    for (const url of [...methodsByUrl.keys()].filter((each) => !isWildcard(each))) {
      const allowed = allowedMethods(url);
      const others = ANSWERABLE_METHODS.filter((method) => !allowed.includes(method));
      // The scope adds its prefix to the path.
      const path = url.slice(scope.prefix.length);
      if (others.length > 0) addRefusal(scope, path, others, allowed.join(', '));
    }
  };

  function allowedMethods(url: string): string[] {
    const matching = [...methodsByUrl].filter(([each]) => each === url || coversPath(each, url));
    return [...new Set(matching.flatMap(([, methods]) => [...methods]))].toSorted();
  }
}

/** Whether a wildcard route covers `url`: `/codec/*` covers `/codec/decode` and not `/codec/`. */
function coversPath(wildcard: string, url: string): boolean {
  const prefix = wildcard.slice(0, -1);
  return isWildcard(wildcard) && url.startsWith(prefix) && url !== prefix;
}

/** A wildcard route answers a method on many paths, such as preflights. It does not mean that these paths exist. */
function isWildcard(url: string): boolean {
  return url.endsWith('*');
}

function addRefusal(scope: FastifyInstance, url: string, method: string[], allow: string): void {
  const handler = async (_request: FastifyRequest, reply: FastifyReply) => {
    reply.header('allow', allow);
    throw new VerificationError({ code: 'method_not_allowed' });
  };
  // The hook answers before the body is read. Fastify requires a handler, but never calls it here.
  scope.route({ method, url, schema: { hide: true }, exposeHeadRoute: false, onRequest: handler, handler });
}
