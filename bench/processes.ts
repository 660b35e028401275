import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { spawnGuarded } from '../harness/processes/guarded-process';

const STOP_LIMIT_MS = 20_000;
const LAST_LINES = 20;

export type Variables = Readonly<Record<string, string>>;

export interface ProcessOptions {
  name: string;
  /** What Node runs, and its arguments. */
  args: string[];
  env: Variables;
  /** Where its log goes: read here, it would cost the process that measures. */
  directory: string;
  /** Takes what it writes to stdout, which then is not in the log. */
  onLine?: (line: string) => void;
}

export interface MeasuredProcess {
  /** Rejects if it ends by itself, with the end of its log. */
  died: Promise<never>;
  stop(): Promise<void>;
}

export function startProcess({ name, args, env, directory, onLine }: ProcessOptions): MeasuredProcess {
  const log = path.join(directory, `${name}.log`);
  const redirection = onLine === undefined ? '>"$LOG" 2>&1' : '2>"$LOG"';
  const child = spawnGuarded(
    {
      command: '/bin/sh',
      args: ['-c', `exec "$0" "$@" ${redirection}`, process.execPath, ...args],
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
  // It is raced against the work; until then nobody listens.
  died.catch(() => {});
  return {
    died,
    async stop() {
      isStopping = true;
      await child.stop(STOP_LIMIT_MS);
    },
  };
}
