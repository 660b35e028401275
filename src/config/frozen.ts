/** Deeply read-only, except for bytes and functions. */
export type Frozen<T> = T extends Uint8Array | ((...args: never[]) => unknown)
  ? T
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Freezes a value and all values in it, except Buffers, which can't be frozen. */
export function freeze<T>(value: T): Frozen<T> {
  freezeAll(value);
  // This is the same value with a more exact type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as Frozen<T>;
}

function freezeAll(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  const inner: unknown[] = Object.values(value);
  inner.forEach(freezeAll);
}
