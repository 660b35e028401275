import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';

const SURFACES = path.resolve(__dirname, '../src/api');
/** A surface with pages has its templates and the files for browsers in these folders. */
const FOLDERS = new Set(['views', 'assets']);
/** Only the type check of the files for browsers needs these. */
const isForTypeCheck = (file: string) => file.endsWith('.d.ts') || path.basename(file) === 'tsconfig.json';

/** Copies the pages to the compiled code. The compiler does not copy files that are not TypeScript. */
export async function copyPages(outDirectory: string): Promise<void> {
  const entries = await readdir(SURFACES, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && FOLDERS.has(entry.name));
  for (const { parentPath, name } of folders) {
    const source = path.join(parentPath, name);
    const target = path.join(outDirectory, 'api', path.relative(SURFACES, source));
    await cp(source, target, { recursive: true, filter: (file) => !isForTypeCheck(file) });
  }
}

if (require.main === module) void copyPages(process.argv[2] ?? path.resolve(__dirname, '../dist'));
