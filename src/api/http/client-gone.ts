import type { FastifyReply } from 'fastify';

/** A signal that aborts when the client closes its connection before the answer, or when the server shuts down. */
export function clientGoneSignal({ raw }: FastifyReply, shutdownSignal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const end = () => {
    gone.abort();
    raw.off('close', end);
    shutdownSignal.removeEventListener('abort', end);
  };
  raw.once('close', end);
  shutdownSignal.addEventListener('abort', end);
  // Events that were emitted earlier are not emitted again.
  if (raw.destroyed || shutdownSignal.aborted) end();
  return gone.signal;
}
