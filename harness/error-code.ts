import { isNativeError } from 'node:util/types';

/** The code of an error of the operating system's, like `EADDRINUSE`. */
export function errorCode(error: unknown): string | undefined {
  return isNativeError(error) && 'code' in error ? String(error.code) : undefined;
}
