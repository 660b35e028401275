import { type Command, startProcess } from '../../harness/processes/start-process';
import { sourceCommand } from '../../harness/service/process-specs';
import { serviceEnvironment, type Variables } from '../../harness/service/service-environment';
import { eventually } from './eventually';
import { requiredEnv } from './required-env';

/** A process that is not restarted when it ends. */
export interface TestProcess {
  readonly pid: number;
  /** The whole output so far. */
  readonly output: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
}

/** Starts a command and keeps its output. */
export function startCommand(command: Command): TestProcess {
  const lines: string[] = [];
  const { pid, signal, exited } = startProcess(command, (line) => lines.push(`${line}\n`));
  return {
    pid,
    output: () => lines.join(''),
    kill: signal,
    exited: exited.then(({ code, signal: endedBy }) => code ?? endedBy ?? 0),
  };
}

/** Starts a TypeScript file. Its environment is only `env`. */
export function startSource(script: string, env: Variables): TestProcess {
  return startCommand(sourceCommand(script, env));
}

/** The environment of an API or a worker with the Temporal server of the test run. */
export function serviceEnv(variables: Variables): Record<string, string> {
  return serviceEnvironment({ TEMPORAL_ADDRESS: requiredEnv('TEST_TEMPORAL_ADDRESS'), ...variables });
}

/** Waits until the output of a process contains the text. */
export async function untilPrinted({ output }: TestProcess, text: string): Promise<void> {
  await eventually(() => output().includes(text), { output });
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
