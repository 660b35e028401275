import type { FastifyReply } from 'fastify';

/** A signal that aborts when the client closes its connection before the answer, or when the server shuts down. */
export function clientGoneSignal({ raw, request }: FastifyReply, shutdownSignal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  // While a response waits behind another one on its connection, only the socket emits `close`.
  const { socket } = request.raw;
  const end = () => {
    gone.abort();
    raw.off('close', end);
    socket.off('close', end);
    shutdownSignal.removeEventListener('abort', end);
  };
  raw.once('close', end);
  socket.once('close', end);
  shutdownSignal.addEventListener('abort', end);
  // Events that were emitted earlier are not emitted again.
  if (raw.destroyed || socket.destroyed || shutdownSignal.aborted) end();
  return gone.signal;
}
