import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import { PROJECT_DIRECTORY } from '../project';

/** Runs a command to its end. @throws Error with the last line of its stderr if it fails, or the signal's reason */
export async function runCommand(
  command: string,
  args: string[],
  { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<void> {
  try {
    await promisify(execFile)(command, args, { cwd: PROJECT_DIRECTORY, env, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(reason(error), { cause: error });
  }
}

function reason(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const written = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return written.split('\n').at(-1) || error.message;
}
