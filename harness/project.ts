import { mkdir, mkdtemp } from 'node:fs/promises';
import path from 'node:path';

export const PROJECT_DIRECTORY = path.resolve(__dirname, '..');

/** Node's options to run a TypeScript file. */
export const TYPESCRIPT_OPTIONS = ['--require', 'tsx/cjs'] as const;

/** For downloads and builds. Git ignores it. */
export const CACHE_DIRECTORY = path.join(PROJECT_DIRECTORY, '.cache');

/** Creates a directory inside the project, so that compiled code in it finds the project's packages. */
export async function makeBuildDirectory(prefix: string): Promise<string> {
  await mkdir(CACHE_DIRECTORY, { recursive: true });
  return mkdtemp(path.join(CACHE_DIRECTORY, `${prefix}-`));
}
