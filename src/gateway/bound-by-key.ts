import { Bound, type BoundOptions } from './bound';

/** Bounds the calls for each key separately. */
export class BoundByKey {
  readonly #bounds = new Map<string, { readonly bound: Bound; calls: number }>();

  constructor(private readonly options: BoundOptions) {}

  /** @throws VerificationError `temporal_unavailable`: see Bound */
  async run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const entry = this.#bounds.get(key) ?? { bound: new Bound(this.options), calls: 0 };
    this.#bounds.set(key, entry);
    entry.calls++;
    try {
      return await entry.bound.run(call);
    } finally {
      entry.calls--;
      if (entry.calls === 0) this.#bounds.delete(key);
    }
  }
}
