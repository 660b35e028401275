import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { clientGoneSignal } from '../../../src/api/http/client-gone';

const running = new AbortController().signal;

function replyTo({ destroyed = false } = {}) {
  const raw = Object.assign(new EventEmitter(), { destroyed });
  return { raw, reply: { raw } as unknown as FastifyReply };
}

test('the signal aborts when the client closes its connection', () => {
  const { raw, reply } = replyTo();
  const signal = clientGoneSignal(reply, running);
  expect(signal.aborted).toBe(false);
  raw.emit('close');
  expect(signal.aborted).toBe(true);
});

test('the signal aborts when the server shuts down, and nothing listens any more', () => {
  const shutdown = new AbortController();
  const { raw, reply } = replyTo();
  const signal = clientGoneSignal(reply, shutdown.signal);
  shutdown.abort();
  expect(signal.aborted).toBe(true);
  expect(raw.listenerCount('close')).toBe(0);
});

test('the signal has aborted if the client had left before, or the shutdown had begun', () => {
  expect(clientGoneSignal(replyTo({ destroyed: true }).reply, running).aborted).toBe(true);
  expect(clientGoneSignal(replyTo().reply, AbortSignal.abort()).aborted).toBe(true);
});
