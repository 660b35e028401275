import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { errorCode } from '../harness/error-code';

const OWNER_ONLY = 0o700;
/** The mode of folders that many users write to, like /tmp. */
const STICKY = 0o1000;

/**
 * Creates DATA_DIR if it does not exist. Removes the access of other users, because it contains secrets and codes.
 * @throws Error with the reason why it can't be used
 */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: OWNER_ONLY });
    const { uid, mode } = statSync(dataDir);
    const isOurs = uid === process.geteuid?.();
    if (isOurs && (mode & STICKY) === 0) chmodSync(dataDir, OWNER_ONLY);
  } catch (error) {
    throw unusableFolderError(dataDir, error);
  }
}

/** From now on, only the owner can read the files that this process, or a process that it starts, creates. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

export function isAccessDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
}

export function unusableFolderError(dataDir: string, error: unknown): Error {
  return new Error(
    `${dataDir} cannot be the data folder (${reasonOf(error)}): set DATA_DIR to another folder`,
    {
      cause: error,
    },
  );
}

function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'the path, or a part of it, is a file';
  if (isAccessDenied(error)) return `${code}: it may belong to another user`;
  return code ?? 'unknown error';
}
