import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PIP_INSTALL } from '../../harness/executables/python-package';
import { runCommand } from '../../harness/executables/run-command';
import { CACHE_DIRECTORY } from '../../harness/project';

const TIME_LIMIT_MS = 5 * 60_000;

/**
 * The folder of a Python package in .cache. If it does not exist, `fetch` fills a temporary folder, which is then
 * renamed. So a folder with the final name is always complete, even if several processes fetch it at the same time.
 */
export async function cachedPackage(
  pythonPackage: string,
  fetch: (directory: string) => Promise<unknown>,
): Promise<string> {
  const cached = path.join(CACHE_DIRECTORY, pythonPackage);
  if (existsSync(cached)) return cached;
  await mkdir(CACHE_DIRECTORY, { recursive: true });
  const unfinished = await mkdtemp(`${cached}.fetching-`);
  try {
    await fetch(unfinished);
    await rename(unfinished, cached).catch((error: unknown) => {
      if (!existsSync(cached)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return cached;
}

/** Installs a Python package in a folder, with everything that it needs unless `options` exclude it. */
export function pipInstall(pythonPackage: string, directory: string, options: string[]): Promise<string> {
  return python([...PIP_INSTALL, ...options, '--target', directory, pythonPackage]);
}

export function python(args: string[]): Promise<string> {
  return runCommand('python3', args, { env: process.env, signal: AbortSignal.timeout(TIME_LIMIT_MS) });
}
