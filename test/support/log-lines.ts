import { Writable } from 'node:stream';

interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: number;
  readonly msg: string;
}

/** Takes a log of JSON lines, and keeps them. */
export class LogLines extends Writable {
  readonly lines: LogLine[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of String(chunk).trimEnd().split('\n')) this.lines.push(JSON.parse(line) as LogLine);
    done();
  }
}
