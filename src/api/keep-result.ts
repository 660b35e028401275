/**
 * Returns a function that calls `make` once and keeps its result. After a failure, the next call tries again.
 *
 * For files: a client can send many requests and read no answer. Each of them would hold an open file and its content.
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
