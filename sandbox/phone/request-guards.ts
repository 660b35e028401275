import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { PageError } from './page-error';

type Headers = Pick<FastifyRequest, 'headers'>;

/** Names under these are resolved on a machine or in a local network only (RFC 6761, RFC 6762, ICANN's `internal`). */
const LOCAL_DOMAINS = ['.localhost', '.local', '.internal'];

/**
 * Refuses requests that name this server by a public host name. After DNS rebinding, a page of another site has such a
 * name and could otherwise read the messages. IP addresses, names without a dot and local domains can't be rebound.
 * @throws PageError
 */
export function refusePublicHost({ headers: { host = '' } }: Headers): void {
  const name = /^(\[[^\]]+\]|[^:]*)(:\d+)?$/.exec(host)?.[1]?.toLowerCase() ?? '';
  const address = name.replaceAll(/[[\]]/g, '');
  const isLocalName = /^[\w-]+$/.test(name) || LOCAL_DOMAINS.some((domain) => name.endsWith(domain));
  if (isIP(address) === 0 && !isLocalName)
    throw new PageError(403, 'Use http://localhost, an IP address or a local host name, not a public one.');
}

/**
 * Refuses requests that a browser sends for a page of another origin. Only browsers send these headers, and a page can
 * neither set nor remove them.
 * @throws PageError
 */
export function refuseOtherPages({ headers }: Headers): void {
  const { host, origin, 'sec-fetch-site': site } = headers;
  const isOtherSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const isOtherOrigin = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (isOtherSite || isOtherOrigin) throw new PageError(403, 'Only the page of the SMS sandbox may do this.');
}
