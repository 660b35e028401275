import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Long enough for a request that is on its way when the shutdown begins. */
export const LAST_REQUEST_TIMEOUT_MS = 2_000;

/**
 * From 2 s after the beginning of a shutdown, closes each connection on which no complete request waits for its answer.
 * Node closes idle connections only once, at the beginning, and from then on it does not check its time-outs. So an
 * unused connection or an incomplete request would keep the process running.
 */
export function closeConnectionsOnShutdown(app: FastifyInstance): void {
  /**
   * The open connections, each with the responses that are not complete. A response that waits behind another one never
   * emits `close` if its connection is closed: it must go with its connection.
   */
  const connections = new Map<Socket, Set<ServerResponse>>();
  app.server.on('connection', (socket: Socket) => {
    connections.set(socket, new Set());
    socket.once('close', () => connections.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    const responses = connections.get(socket);
    responses?.add(response);
    response.once('close', () => responses?.delete(response));
  });

  app.addHook('preClose', async () => {
    // Fastify does this for the requests that arrive from now on.
    for (const responses of connections.values())
      for (const response of responses) if (!response.headersSent) response.setHeader('connection', 'close');
    const timer = setInterval(closeUnlessAnswering, LAST_REQUEST_TIMEOUT_MS);
    app.server.once('close', () => clearInterval(timer));
  });

  function closeUnlessAnswering(): void {
    for (const [socket, responses] of connections)
      if (![...responses].some(({ req }) => req.complete)) socket.destroy();
  }
}
