import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Long enough for a request that is on its way when the shutdown begins. */
const LAST_REQUEST_TIMEOUT_MS = 2_000;

/**
 * During a shutdown, closes the connections on which no request has arrived. Browsers and proxies open them in advance.
 * Node then neither counts them as idle nor checks its time-outs, so that they would keep the process running.
 */
export function closeUnusedConnections(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    setTimeout(() => unused.forEach((socket) => socket.destroy()), LAST_REQUEST_TIMEOUT_MS).unref();
  });
}
