import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { Command } from '../processes/start-process';
import { PROJECT_DIRECTORY } from '../project';

export interface RunOptions extends Pick<Command, 'cwd' | 'user'> {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * Runs a command to its end, by default in the project's folder. @returns its stdout
 *
 * @throws Error with the last line of its stderr if it fails, or the signal's reason
 */
export async function runCommand(
  command: string,
  args: string[],
  { cwd = PROJECT_DIRECTORY, user, env, signal }: RunOptions,
): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { cwd, ...user, env, signal })).stdout;
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
