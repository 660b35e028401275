import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { Message } from './message';

/** Stores messages across restarts. A message is appended again when its status changes: the last line is valid. */
export interface Journal {
  read(): Message[];
  append(message: Message): void;
}

export const noJournal: Journal = { read: () => [], append: () => {} };

/** A file of JSON lines, which only its owner can read. A message is written before its call is answered. */
export function fileJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  return {
    read: () => readLines(path).map((line, index) => parseLine(line, `${path}:${index + 1}`)),
    append: (message) => appendFileSync(path, `${JSON.stringify(message)}\n`, { mode: 0o600 }),
  };
}

/** Removes an incomplete last line: the process was killed while it wrote, before it answered the call. */
function readLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const content = readFileSync(path, 'utf8');
  const whole = content.slice(0, content.lastIndexOf('\n') + 1);
  if (whole.length < content.length) truncateSync(path, Buffer.byteLength(whole));
  return whole.split('\n').slice(0, -1);
}

function parseLine(line: string, place: string): Message {
  const value = parseJson(line);
  if (!Value.Check(Message, value))
    throw new Error(`${place} is not a message of the SMS sandbox: repair or delete it`);
  return value;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
