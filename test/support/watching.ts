import { until } from '../../harness/processes/until';

const LIMIT_MS = 60_000;

/** Waits for something that shows, directly or not, in what processes print. */
export async function untilSeen(
  lines: readonly string[],
  isTrue: () => boolean | Promise<boolean>,
): Promise<void> {
  const signal = new AbortController().signal;
  try {
    await until(async () => isTrue(), { what: 'What the test waits for', limitMs: LIMIT_MS, signal });
  } catch (error) {
    throw new Error(`Printed meanwhile:\n${lines.join('\n')}`, { cause: error });
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
