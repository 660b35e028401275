import { isNativeError } from 'node:util/types';

/** The code of a system error, for example `EADDRINUSE`. */
export function errorCode(error: unknown): string | undefined {
  return isNativeError(error) && 'code' in error ? String(error.code) : undefined;
}
