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
  const sockets = new Set<Socket>();
  const responses = new Set<ServerResponse>();
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.server.on('request', (_request, response) => {
    responses.add(response);
    response.once('close', () => responses.delete(response));
  });

  app.addHook('preClose', async () => {
    // Fastify does this for the requests that arrive from now on.
    for (const response of responses) if (!response.headersSent) response.setHeader('connection', 'close');
    const timer = setInterval(closeUnlessAnswering, LAST_REQUEST_TIMEOUT_MS);
    app.server.once('close', () => clearInterval(timer));
  });

  function closeUnlessAnswering(): void {
    const complete = [...responses].filter(({ req }) => req.complete);
    const answering = new Set(complete.map(({ req }) => req.socket));
    for (const socket of sockets) if (!answering.has(socket)) socket.destroy();
  }
}
