import type { FastifyRequest } from 'fastify';
import { VerificationError } from '../../domain/refusals';

/** In the form in which the `URL` class returns them. */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const DETAIL = 'A browser sent this request for a page of another site. Such requests are not allowed.';

/**
 * Returns a function that refuses requests which a browser sends for a page of another origin. Only browsers send
 * `Sec-Fetch-Site` (Fetch Metadata) and `Origin` (RFC 6454), and a page can neither set nor remove them. The Host
 * header is not used: after DNS rebinding it contains the other site's name.
 * @throws VerificationError `forbidden`
 */
export function createCrossSiteGuard(publicUrl: string): (request: Pick<FastifyRequest, 'headers'>) => void {
  const ownOrigins = originsOf(publicUrl);

  return function refuseCrossSite({ headers }) {
    const { origin, 'sec-fetch-site': site } = headers;
    const isForeign = origin !== undefined && !ownOrigins.includes(origin);
    const isCrossSite = site !== undefined && site !== 'same-origin' && site !== 'none';
    if (isForeign || isCrossSite) throw new VerificationError({ code: 'forbidden' }, DETAIL);
  };
}

/** The origin of the public URL. A loopback host also has its other names. */
function originsOf(publicUrl: string): readonly string[] {
  const { protocol, hostname, port, origin } = new URL(publicUrl);
  if (!LOOPBACK_HOSTS.includes(hostname)) return [origin];
  return LOOPBACK_HOSTS.map((host) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`);
}
