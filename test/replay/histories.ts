import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const HISTORIES_DIRECTORY = path.join(__dirname, 'histories');

/** The histories that are kept, by the name of their file without its ending. */
export function readHistories(): ReadonlyMap<string, string> {
  const files = readdirSync(HISTORIES_DIRECTORY).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [
      path.basename(file, '.json'),
      readFileSync(path.join(HISTORIES_DIRECTORY, file), 'utf8'),
    ]),
  );
}
