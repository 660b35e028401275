import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';

/** As the `URL` class spells them. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const DETAIL = 'A browser sent this request for a page of another site. Such requests are not allowed.';

/**
 * Refuses what a browser sends for a page of another origin. Only browsers send `Sec-Fetch-Site` (Fetch Metadata) and
 * `Origin` (RFC 6454); a page can neither set nor remove them. The Host header is not consulted: after DNS rebinding it
 * names the other site, which then looks like our own.
 * @throws VerificationError `forbidden`
 */
export function createCrossSiteGuard(publicUrl: string): (request: Pick<FastifyRequest, 'headers'>) => void {
  const own = ownOrigins(publicUrl);

  return function refuseCrossSite({ headers }) {
    const { origin, 'sec-fetch-site': site } = headers;
    const isForeign = origin !== undefined && !own.includes(origin);
    const isCrossSite = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (isForeign || isCrossSite) throw new VerificationError({ code: 'forbidden' }, DETAIL);
  };
}

/** The public URL's origin. On a loopback host it can be reached under the other names of that host as well. */
function ownOrigins(publicUrl: string): readonly string[] {
  const { protocol, hostname, port, origin } = new URL(publicUrl);
  if (!LOOPBACK_HOSTS.includes(hostname)) return [origin];
  return LOOPBACK_HOSTS.map((host) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`);
}
