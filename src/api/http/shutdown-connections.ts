import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Long enough for a request that is on its way when the shutdown begins. */
export const LAST_REQUEST_TIMEOUT_MS = 2_000;

/**
 * A busy proxy uses each of its kept connections again within this time. The answer then closes the connection. Without
 * this time, a request that is on its way would be lost, and the proxy would answer 502.
 */
export const IDLE_TIMEOUT_MS = 500;

/**
 * During a shutdown, closes idle connections after 0.5 s. From 2 s on, closes each connection on which no complete
 * request waits for its answer. By itself, Node closes idle connections at once and only once, and from then on it does
 * not check its time-outs. So an unused connection or an incomplete request would keep the process running.
 */
export function closeConnectionsOnShutdown(app: FastifyInstance): void {
  const closeIdle = app.server.closeIdleConnections.bind(app.server);
  // Node calls it at the beginning of the shutdown.
  app.server.closeIdleConnections = () => {};

  /** The open connections, each with the responses that are not complete. */
  const connections = new Map<Socket, Set<ServerResponse>>();
  app.server.on('connection', (socket: Socket) => {
    const responses = new Set<ServerResponse>();
    connections.set(socket, responses);
    socket.once('close', () => {
      connections.delete(socket);
      closeWaiting(responses);
    });
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
    const idleTimer = setTimeout(closeIdle, IDLE_TIMEOUT_MS);
    const timer = setInterval(closeUnlessAnswering, LAST_REQUEST_TIMEOUT_MS);
    app.server.once('close', () => {
      clearTimeout(idleTimer);
      clearInterval(timer);
    });
  });

  function closeUnlessAnswering(): void {
    for (const [socket, responses] of connections)
      if (![...responses].some(({ req }) => req.complete)) socket.destroy();
  }
}

/**
 * To be called when their connection is closed. Node emits `close` for the first of them, and not for those that wait
 * behind it: they have no socket yet. Logs, spans and long reads end with this event.
 */
function closeWaiting(responses: ReadonlySet<ServerResponse>): void {
  for (const response of responses) if (response.socket === null) response.destroy().emit('close');
}
