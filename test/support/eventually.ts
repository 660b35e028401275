import { waitUntil } from '../../harness/wait-until';

/** Shorter than Jest's limit of 30 s, so that the test fails with this error. */
const LIMIT_MS = 25_000;

export interface EventuallyOptions {
  readonly limitMs?: number;
  /** The output of processes, for the error. */
  readonly output?: () => string;
}

/**
 * Calls `look` until it returns a value, and returns this value.
 *
 * @throws Error after 25 s (or `limitMs`) with the source of `look`, which shows what the test waited for
 */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs = LIMIT_MS, output }: EventuallyOptions = {},
): Promise<T> {
  try {
    return await waitUntil(look, { what: look.toString(), limitMs });
  } catch (error) {
    if (output === undefined) throw error;
    throw new Error(`The output of the processes:\n${output()}`, { cause: error });
  }
}
