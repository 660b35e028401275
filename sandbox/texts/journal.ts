import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { Text } from './text';

/** Where texts outlive the process. A text is appended again each time its status changes: the last line counts. */
export interface Journal {
  read(): Text[];
  append(text: Text): void;
}

export const noJournal: Journal = { read: () => [], append: () => {} };

/** A file of JSON lines, readable by its owner only: texts hold codes. Written before the answer goes out. */
export function fileJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  return {
    read: () => readLines(path).map((line, index) => parseLine(line, `${path}:${index + 1}`)),
    append: (text) => appendFileSync(path, `${JSON.stringify(text)}\n`, { mode: 0o600 }),
  };
}

/** A process killed while it wrote leaves half a line, of a text that it never answered for: cut off. */
function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const content = readFileSync(path, 'utf8');
  const whole = content.slice(0, content.lastIndexOf('\n') + 1);
  if (whole.length < content.length) truncateSync(path, Buffer.byteLength(whole));
  return whole.split('\n').slice(0, -1);
}

function parseLine(line: string, place: string): Text {
  const value = parseJson(line);
  if (!Value.Check(Text, value))
    throw new Error(`${place} is not a text of the SMS sandbox: repair or delete it`);
  return value;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
