import { readFile } from 'node:fs/promises';
import { type Command, startProcess } from '../harness/processes/start-process';

const STOP_LIMIT_MS = 20_000;
const LAST_LINES = 20;

export interface MeasuredProcessOptions extends Command {
  name: string;
  /** The log's file. The process writes it itself, so that the measuring process need not read it. */
  log: string;
  /** Called with each line of stdout, which then is not in the log. */
  onLine?: (line: string) => void;
}

export interface MeasuredProcess {
  pid: number;
  /** Rejects with the end of the log if the process ends by itself. */
  died: Promise<never>;
  stop(): Promise<void>;
}

export function startMeasured({ onLine, ...options }: MeasuredProcessOptions): MeasuredProcess {
  const { name, command, args, env, log, ...others } = options;
  const redirection = onLine === undefined ? '>"$LOG" 2>&1' : '2>"$LOG"';
  const child = startProcess(
    {
      ...others,
      command: '/bin/sh',
      args: ['-c', `exec "$0" "$@" ${redirection}`, command, ...args],
      env: { ...env, LOG: log },
    },
    onLine ?? (() => {}),
  );
  let isStopping = false;
  const died = child.exited.then(async ({ code, signal }) => {
    if (isStopping) return new Promise<never>(() => {});
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-LAST_LINES);
    throw new Error([`${name} ended (${signal ?? `exit code ${code}`}):`, ...lines].join('\n'));
  });
  // The caller handles it later, together with the measurement.
  died.catch(() => {});
  return {
    pid: child.pid,
    died,
    async stop() {
      isStopping = true;
      await child.stop(STOP_LIMIT_MS);
    },
  };
}
