interface Wait<T> {
  readonly result: Promise<T>;
  readonly stop: () => void;
  waiting: number;
}

/** Waits that many may share: one for each key, which stops when the last of those who wait for it is gone. */
export class SharedWaits<T> {
  readonly #waits = new Map<string, Wait<T>>();

  /** `maxWaits`: of different keys, at once. */
  constructor(private readonly maxWaits: number) {}

  /** Whether there is room for one more who waits for this key. */
  mayWait(key: string): boolean {
    return this.#waits.has(key) || this.#waits.size < this.maxWaits;
  }

  /** What `wait` comes to; undefined if it hasn't when `waitMs` are over or the signal aborts. */
  async wait(
    key: string,
    wait: (signal: AbortSignal) => Promise<T>,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    const shared = this.#waits.get(key) ?? this.#begin(key, wait);
    shared.waiting++;
    let timer: NodeJS.Timeout | undefined;
    let stop = () => {};
    const givenUp = new Promise<undefined>((resolve) => {
      stop = () => resolve(undefined);
      timer = setTimeout(stop, waitMs);
      // A signal that has aborted already tells nobody any more.
      if (signal?.aborted === true) stop();
      signal?.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([shared.result, givenUp]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      shared.waiting--;
      if (shared.waiting === 0) this.#end(key, shared);
    }
  }

  #begin(key: string, wait: (signal: AbortSignal) => Promise<T>): Wait<T> {
    const controller = new AbortController();
    const shared = { result: wait(controller.signal), stop: () => controller.abort(), waiting: 0 };
    this.#waits.set(key, shared);
    return shared;
  }

  #end(key: string, shared: Wait<T>): void {
    if (this.#waits.get(key) === shared) this.#waits.delete(key);
    shared.stop();
    // Nobody is there to hear that it was stopped.
    shared.result.catch(() => {});
  }
}
