import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const HISTORIES_DIRECTORY = path.join(__dirname, 'histories');

/** The recorded histories. The key is the file's name without its extension. */
export function readHistories(): ReadonlyMap<string, string> {
  const files = readdirSync(HISTORIES_DIRECTORY).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [
      path.basename(file, '.json'),
      readFileSync(path.join(HISTORIES_DIRECTORY, file), 'utf8'),
    ]),
  );
}
