import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { errorCode } from '../harness/error-code';

const OWNER_ONLY = 0o700;
/** A folder that many users write to, like /tmp. */
const STICKY = 0o1000;

/**
 * Makes DATA_DIR, or takes the one that exists, and closes it to other users: it holds secrets and codes.
 * @throws Error that says what is in the way
 */
export function makeDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: OWNER_ONLY });
    const { uid, mode } = statSync(dataDir);
    const isOurs = uid === process.geteuid?.();
    if (isOurs && (mode & STICKY) === 0) chmodSync(dataDir, OWNER_ONLY);
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
}

/** From now on, only the owner can read the files that this process, or a process that it starts, creates. */
export function keepFilesPrivate(): void {
  process.umask(0o077);
}

export function isAccessDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
}

export function unusableFolder(dataDir: string, error: unknown): Error {
  return new Error(`${dataDir} can not be the folder for data (${why(error)}): set DATA_DIR to another one`, {
    cause: error,
  });
}

function why(error: unknown): string {
  const code = errorCode(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file stands there';
  if (isAccessDenied(error)) return `${code}: it may belong to another user`;
  return code ?? 'unknown error';
}
