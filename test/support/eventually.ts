import { waitUntil } from '../../harness/wait-until';

/** Below Jest's own limit of 30 s, so that the error that a test shows is this one. */
const LIMIT_MS = 25_000;

export interface EventuallyOptions {
  readonly limitMs?: number;
  /** What processes have printed, to be shown if the waiting fails. */
  readonly output?: () => string;
}

/**
 * Calls `look` until it returns something, and returns that.
 *
 * @throws Error after 25 s (or `limitMs`) that shows the source of `look`: what the test waited for
 */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { limitMs = LIMIT_MS, output }: EventuallyOptions = {},
): Promise<T> {
  try {
    return await waitUntil(look, { what: look.toString(), limitMs });
  } catch (error) {
    if (output === undefined) throw error;
    throw new Error(`The processes printed meanwhile:\n${output()}`, { cause: error });
  }
}
