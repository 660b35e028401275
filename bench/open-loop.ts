import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from './side';

/** The shortest time in which a person reads a message and types its code. */
const THINKING_MS = 2_000;

/** How long one verification's answers took, in milliseconds. */
export interface Answered {
  workflowId: string;
  startMs: number;
  checkMs: number;
}

/** Starts `n` verifications, `rate` a second whether earlier ones are answered or not, and checks each a little later. */
export async function openLoop(side: Side, { n, rate }: { n: number; rate: number }): Promise<Answered[]> {
  const persons = Array.from({ length: n }, async (_, index) => {
    await sleep((index * 1_000) / rate);
    const [{ workflowId, messageArrived, check }, startMs] = await timed(() => side.start());
    await Promise.all([messageArrived, sleep(THINKING_MS)]);
    const [, checkMs] = await timed(check);
    return { workflowId, startMs, checkMs };
  });
  return Promise.all(persons);
}

async function timed<T>(call: () => Promise<T>): Promise<[result: T, ms: number]> {
  const begin = performance.now();
  return [await call(), performance.now() - begin];
}
