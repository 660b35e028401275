import { setTimeout as sleep } from 'node:timers/promises';
import type { Side } from './side';

/** The minimum time that a person needs to read a message and type the code. */
const THINKING_MS = 2_000;

/** How long the API took to answer the start and the check of one verification. */
export interface AnswerTimes {
  workflowId: string;
  startMs: number;
  checkMs: number;
}

/**
 * Starts `n` verifications, `rate` a second, without waiting for earlier ones, and checks each after a pause. A part of
 * the pause is random: otherwise, each check would come at the same moment as the start of another person.
 */
export async function openLoop(side: Side, { n, rate }: { n: number; rate: number }): Promise<AnswerTimes[]> {
  const persons = Array.from({ length: n }, async (_, index) => {
    await sleep((index * 1_000) / rate);
    const [{ workflowId, messageArrived, check }, startMs] = await timed(() => side.start());
    await Promise.all([messageArrived, sleep(THINKING_MS + (Math.random() * 1_000) / rate)]);
    const [, checkMs] = await timed(check);
    return { workflowId, startMs, checkMs };
  });
  return Promise.all(persons);
}

async function timed<T>(call: () => Promise<T>): Promise<[result: T, ms: number]> {
  const begin = performance.now();
  return [await call(), performance.now() - begin];
}
