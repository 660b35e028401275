import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../error-code';

export interface Command {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** The working directory. Default: that of this process. */
  cwd?: string;
  /** Default: the user of this process. */
  user?: UserIds;
}

/** A user of the operating system. */
export interface UserIds {
  uid: number;
  gid: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StartedProcess {
  pid: number;
  exited: Promise<Exit>;
  /** Sends a signal to the process, but not to its children. Does nothing if it has ended. */
  signal: (signal: NodeJS.Signals) => void;
  /** Sends SIGTERM and waits for the end. Kills the process after `limitMs`. */
  stop(limitMs: number): Promise<void>;
  /** Kills the process and its children. */
  kill(): void;
}

/**
 * After the process has ended, `exited` waits at most this long for its last lines. Without a limit, it could wait
 * forever: a child of the process may still have the output open.
 */
const LAST_OUTPUT_LIMIT_MS = 200;

/**
 * Starts a process in its own process group, so that Ctrl-C in the terminal does not reach it. It never outlives this
 * process: a guard process reads a pipe from us. The pipe closes when we end, and then the guard kills the group.
 */
export function startProcess(
  { command, args, env, cwd, user }: Command,
  onLine: (line: string) => void,
): StartedProcess {
  const child = spawn(command, args, {
    env,
    cwd,
    ...user,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => {}); // The same error is thrown here.
    throw new Error(`${command} cannot be started`);
  }
  const guard = spawn('/bin/sh', ['-c', 'read _; kill -KILL "-$0"', `${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine);
  const outputEnd = new AbortController();
  child.once('close', () => outputEnd.abort());
  const exited = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => {
    guard.kill('SIGKILL');
    // The end of the output clears the timer, so that it does not keep this process running.
    await sleep(LAST_OUTPUT_LIMIT_MS, undefined, outputEnd).catch(() => {});
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
