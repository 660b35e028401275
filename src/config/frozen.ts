/** Read-only all the way down. Bytes and functions stay as they are. */
export type Frozen<T> = T extends Uint8Array | ((...args: never[]) => unknown)
  ? T
  : { readonly [Key in keyof T]: Frozen<T[Key]> };

/** Freezes a value and everything in it. A Buffer can not be frozen: the object that holds it is. */
export function freeze<T>(value: T): Frozen<T> {
  freezeAll(value);
  // The same value: only its type says more than before.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as Frozen<T>;
}

function freezeAll(value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  const inner: unknown[] = Object.values(value);
  inner.forEach(freezeAll);
}
