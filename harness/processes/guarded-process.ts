import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../error-code';

export interface Command {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface GuardedProcess {
  pid: number;
  exited: Promise<Exit>;
  /** Asks it to end, waits, and kills it if it takes longer than `limitMs`. */
  stop(limitMs: number): Promise<void>;
  /** Ends it, and what it started, at once. */
  kill(): void;
}

/** What a process wrote comes before the news of its end, unless a process that it started still holds its output. */
const LAST_OUTPUT_LIMIT_MS = 200;

/**
 * Starts a process in a group of its own, out of the terminal's reach: when it ends is for us to say. It does not
 * outlive us either: a guard waits for the pipe from us to close, as it does however we end, and kills the group.
 */
export function spawnGuarded(
  { command, args, env }: Command,
  onLine: (line: string) => void,
): GuardedProcess {
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => {}); // Says the same a little later.
    throw new Error(`${command} can not be started`);
  }
  const guard = spawn('/bin/sh', ['-c', 'read _; kill -KILL "-$0"', `${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine);
  const closed = once(child, 'close');
  const exited = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => {
    guard.kill('SIGKILL');
    await Promise.race([closed, sleep(LAST_OUTPUT_LIMIT_MS)]);
    return { code, signal };
  });

  const kill = () => killGroup(pid);
  return {
    pid,
    exited,
    kill,
    async stop(limitMs) {
      child.kill('SIGTERM');
      const late = setTimeout(kill, limitMs);
      await exited;
      clearTimeout(late);
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
