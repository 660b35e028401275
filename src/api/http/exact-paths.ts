import type { FastifyInstance } from 'fastify';
import { VerificationError } from '../../domain/refusals';

/**
 * Makes the routes that are added to `scope` answer only to their paths as they are written. The router also accepts
 * `/CODEC`, `/%63odec` and `/codec/`. A proxy that must not let a path through may know only one spelling of it.
 * `folders`: the paths that may also end with a slash.
 */
export function requireExactPaths(scope: FastifyInstance, folders: readonly string[] = []): void {
  const withSlash = new Set(folders.map((path) => `${path}/`));
  scope.addHook('onRequest', async ({ url, routeOptions }) => {
    const [path = ''] = url.split('?');
    if (path !== routeOptions.url && !withSlash.has(path)) throw new VerificationError({ code: 'not_found' });
  });
}
