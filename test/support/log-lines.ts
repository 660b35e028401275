import { Writable } from 'node:stream';

/** Takes a log of JSON lines, and keeps them. */
export class LogLines extends Writable {
  readonly lines: { readonly level: number; readonly msg: string }[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of String(chunk).trimEnd().split('\n'))
      this.lines.push(JSON.parse(line) as { level: number; msg: string });
    done();
  }
}
