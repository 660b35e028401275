interface Wait<T> {
  /**
   * One function for each caller, which ends its wait. Not reactions of one promise: a promise keeps those until it
   * settles, also of callers that have left.
   */
  readonly callers: Set<(result?: Promise<T>) => void>;
  readonly stop: () => void;
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
    // A wait must not begin only to be stopped at once: the SDK would not see that its signal has aborted.
    if (signal?.aborted === true) return undefined;
    const shared = this.#waits.get(key) ?? this.#begin(key, wait);
    return new Promise((resolve) => {
      const leave = (result?: Promise<T>): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        shared.callers.delete(leave);
        if (shared.callers.size === 0) this.#end(key, shared);
        resolve(result);
      };
      const giveUp = () => leave();
      const timer = setTimeout(giveUp, waitMs);
      shared.callers.add(leave);
      signal?.addEventListener('abort', giveUp);
    });
  }

  #begin(key: string, wait: (signal: AbortSignal) => Promise<T>): Wait<T> {
    const controller = new AbortController();
    const shared: Wait<T> = { callers: new Set(), stop: () => controller.abort() };
    const result = wait(controller.signal);
    this.#waits.set(key, shared);
    const endAll = () => {
      for (const leave of shared.callers) leave(result);
    };
    void result.then(endAll, endAll);
    return shared;
  }

  #end(key: string, shared: Wait<T>): void {
    if (this.#waits.get(key) === shared) this.#waits.delete(key);
    shared.stop();
  }
}
