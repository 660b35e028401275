import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { PageError } from './page-error';

type Headers = Pick<FastifyRequest, 'headers'>;

/**
 * Refuses requests that name this server by a public host name. After DNS rebinding, a page of another site has such a
 * name and could otherwise read the messages. IP addresses and names without a dot can't be rebound.
 * @throws PageError
 */
export function refusePublicHost({ headers: { host = '' } }: Headers): void {
  const name = /^(\[[^\]]+\]|[^:]*)(:\d+)?$/.exec(host)?.[1]?.toLowerCase() ?? '';
  const address = name.replaceAll(/[[\]]/g, '');
  const isLocal = isIP(address) !== 0 || /^[\w-]+$/.test(name) || name.endsWith('.localhost');
  if (!isLocal) throw new PageError(403, 'Open this page as http://localhost, or with an IP address.');
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
