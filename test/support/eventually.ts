import { waitUntil } from '../../harness/wait-until';

/** Long enough for every start on a busy machine. Shorter than Jest's limit, so that the test fails with this error. */
const LIMIT_MS = 90_000;

export interface EventuallyOptions {
  /** The output of processes, for the error. */
  readonly output?: () => string;
}

/**
 * Calls `look` until it returns a value, and returns this value.
 *
 * @throws Error after 90 s with the source of `look`, which shows what the test waited for
 */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { output }: EventuallyOptions = {},
): Promise<T> {
  try {
    return await waitUntil(look, { what: look.toString(), limitMs: LIMIT_MS });
  } catch (error) {
    if (output === undefined) throw error;
    throw new Error(`The output of the processes:\n${output()}`, { cause: error });
  }
}
