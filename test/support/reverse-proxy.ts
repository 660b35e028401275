import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK, urlOf } from '../../harness/ports';

export interface ReverseProxyOptions {
  /** The path under which the service is. Other paths are 404. Default: none. */
  readonly prefix?: string;
  /** Whether the answer to this request gets lost: the client gets 503 instead. Default: none gets lost. */
  readonly loses?: (request: IncomingMessage) => boolean;
}

export interface ReverseProxy {
  /** With the prefix, without a slash at its end. */
  readonly url: string;
  stop(): void;
}

/** A proxy in front of a service that listens on a port of this machine. */
export async function startReverseProxy(
  port: number,
  { prefix = '', loses = () => false }: ReverseProxyOptions = {},
): Promise<ReverseProxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    if (!url.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const isLost = loses(incoming);
    const onward = request(
      { host: LOOPBACK, port, method, headers, path: url.slice(prefix.length) },
      (answer) => {
        if (isLost) {
          answer.resume();
          outgoing.writeHead(503, { 'retry-after': '0' }).end('{}');
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  }).listen(0, LOOPBACK);
  await once(server, 'listening');
  return {
    url: `${urlOf(LOOPBACK, (server.address() as AddressInfo).port)}${prefix}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
