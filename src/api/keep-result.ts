/**
 * Returns a function that calls `make` once and keeps its result. After a failure, the next call tries again.
 *
 * For files and large answers: a client can send many requests and read no answer. Each of them would hold an open file
 * or a copy of its own.
 */
export function keepResult<T>(make: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return async () => {
    try {
      return await (result ??= make());
    } catch (error) {
      result = undefined;
      throw error;
    }
  };
}
