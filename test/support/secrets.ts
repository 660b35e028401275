/** Values that must not appear anywhere, each in all encodings in which it could leak. */
export class Secrets {
  readonly #needles: { readonly name: string; readonly bytes: Buffer }[] = [];

  /** Adds a value, and its form in URLs. */
  add(name: string, value: string): void {
    for (const spelling of new Set([value, encodeURIComponent(value)])) this.#needle(name, spelling);
  }

  /** Adds an E.164 number, also without its country code and in groups of digits. */
  addPhoneNumber(e164: string): void {
    const national = e164.slice(2);
    const groups = [national.slice(0, 3), national.slice(3, 6), national.slice(6)];
    this.add('number', e164);
    this.#needle('national digits', national);
    for (const separator of [' ', '-', '.']) this.#needle('number in groups', groups.join(separator));
  }

  addBytes(name: string, bytes: Buffer): void {
    this.#needles.push({ name: `${name}, raw`, bytes });
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      // In base64 the characters of an incomplete group of three bytes depend on the bytes that follow.
      const text = bytes.toString(encoding, 0, bytes.length - (bytes.length % 3));
      this.#needle(`${name}, ${encoding}`, text);
    }
  }

  /** The names of the values that `content` contains. */
  foundIn(content: Buffer | string): string[] {
    const bytes = Buffer.from(content);
    return this.#needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name }) => name);
  }

  #needle(name: string, text: string): void {
    this.#needles.push({ name, bytes: Buffer.from(text) });
  }
}
