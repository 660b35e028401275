import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../error-code';

export interface Command {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** Default: this process's. */
  cwd?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  pid: number;
  exited: Promise<Exit>;
  /** Sends a signal to this process alone. Nothing happens if it has ended. */
  signal: (signal: NodeJS.Signals) => void;
  /** Sends SIGTERM, waits, and kills it if it takes longer than `limitMs`. */
  stop(limitMs: number): Promise<void>;
  /** Kills it and the processes that it started. */
  kill(): void;
}

/**
 * After the process has ended, `exited` waits at most this long for its last lines. Without a limit it could wait for
 * ever: a process that it started may still have its output open.
 */
const LAST_OUTPUT_LIMIT_MS = 200;

/**
 * Starts a process in a group of its own, so that a Ctrl-C in the terminal does not reach it. It ends with us at the
 * latest: a guard process holds a pipe from us, which closes however we end, and then kills the group.
 */
export function startProcess(
  { command, args, env, cwd }: Command,
  onLine: (line: string) => void,
): StartedProcess {
  const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => {}); // It repeats what is thrown here.
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
    signal: (signal) => void child.kill(signal),
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
