interface Wait<T> {
  readonly result: Promise<T>;
  readonly stop: () => void;
  callers: number;
}

/** Lets callers share waits: one for each key. A wait stops when its last caller leaves. */
export class SharedWaits<T> {
  readonly #waits = new Map<string, Wait<T>>();

  /** `maxWaits`: the limit for keys, not for callers. */
  constructor(private readonly maxWaits: number) {}

  /** Whether one more caller may wait for this key. */
  mayWait(key: string): boolean {
    return this.#waits.has(key) || this.#waits.size < this.maxWaits;
  }

  /** The result of `wait`; undefined if there is none after `waitMs` or when the signal aborts. */
  async wait(
    key: string,
    wait: (signal: AbortSignal) => Promise<T>,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const shared = this.#waits.get(key) ?? this.#begin(key, wait);
    shared.callers++;
    let timer: NodeJS.Timeout | undefined;
    let stop = () => {};
    const givenUp = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      timer = setTimeout(stop, waitMs);
      // A signal that has already aborted sends no event.
      if (signal?.aborted === true) stop();
      signal?.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([shared.result, givenUp]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      shared.callers--;
      if (shared.callers === 0) this.#end(key, shared);
    }
  }

  #begin(key: string, wait: (signal: AbortSignal) => Promise<T>): Wait<T> {
    const controller = new AbortController();
    const shared = { result: wait(controller.signal), stop: () => controller.abort(), callers: 0 };
    this.#waits.set(key, shared);
    return shared;
  }

  #end(key: string, shared: Wait<T>): void {
    if (this.#waits.get(key) === shared) this.#waits.delete(key);
    shared.stop();
    // No caller is left that could handle the rejection.
    shared.result.catch(() => {});
  }
}
