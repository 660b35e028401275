import { once } from 'node:events';
import { WebSocket } from 'undici';
import { z } from 'zod';
import { LOOPBACK } from '../../harness/ports';

/** The memory of one V8 heap, in bytes. */
export interface Heap {
  readonly usedSize: number;
}

const Targets = z.tuple([z.object({ webSocketDebuggerUrl: z.string() })]);
const HeapUsage = z.object({ usedSize: z.number() });
const Message = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  method: z.string().optional(),
  params: z.looseObject({ sessionId: z.string().optional(), message: z.string().optional() }).optional(),
});

/** The heaps of a process that runs with `--inspect`, after a garbage collection. */
export interface Heaps {
  readonly main: Heap;
  /** Of its threads, for example the one in which the SDK runs workflows. */
  readonly threads: readonly Heap[];
}

/**
 * Uses the inspector's protocol: https://chromedevtools.github.io/devtools-protocol/. Threads are reached by Node's
 * domain `NodeWorker`, which packs their messages into messages of the main thread.
 */
export async function readHeaps(inspectPort: number): Promise<Heaps> {
  const answer = await fetch(`http://${LOOPBACK}:${inspectPort}/json/list`);
  const [{ webSocketDebuggerUrl }] = Targets.parse(await answer.json());
  const socket = new WebSocket(webSocketDebuggerUrl);
  await once(socket, 'open');
  try {
    return await heapsThrough(socket);
  } finally {
    socket.close();
  }
}

async function heapsThrough(socket: WebSocket): Promise<Heaps> {
  const waiting = new Map<number, (result: unknown) => void>();
  const threadIds = new Set<string>();
  let lastId = 0;

  const receive = (text: string) => {
    const { id, result, method, params } = Message.parse(JSON.parse(text));
    if (method === 'NodeWorker.attachedToWorker') threadIds.add(params?.sessionId ?? '');
    if (method === 'NodeWorker.receivedMessageFromWorker') receive(params?.message ?? '{}');
    if (id !== undefined) waiting.get(id)?.(result);
  };
  socket.addEventListener('message', ({ data }) => receive(String(data)));

  /** All ids are different, so that an answer belongs to one call, in whichever thread it was. */
  async function call(method: string, params: object, thread?: string): Promise<unknown> {
    const id = ++lastId;
    const answered = new Promise((resolve) => void waiting.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    if (thread === undefined) socket.send(message);
    else await call('NodeWorker.sendMessageToWorker', { sessionId: thread, message });
    return answered;
  }

  async function heapOf(thread?: string): Promise<Heap> {
    await call('HeapProfiler.collectGarbage', {}, thread);
    return HeapUsage.parse(await call('Runtime.getHeapUsage', {}, thread));
  }

  await call('NodeWorker.enable', { waitForDebuggerOnStart: false });
  const main = await heapOf();
  const threads: Heap[] = [];
  for (const thread of threadIds) threads.push(await heapOf(thread));
  await call('NodeWorker.disable', {});
  return { main, threads };
}
