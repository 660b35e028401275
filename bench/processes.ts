import path from 'node:path';
import type { ProcessSpec } from '../harness/processes/supervised-process';
import { waitUntil } from '../harness/wait-until';
import type { OnEnd } from './cleanup';
import { type MeasuredProcess, type MeasuredProcessOptions, startMeasured } from './measured-process';

type Logging<Options> = Options & Partial<Pick<MeasuredProcessOptions, 'log'>>;

const READY_LIMIT_MS = 60_000;

/** The processes of a benchmark. */
export class Processes {
  readonly #started: { readonly name: string; readonly process: MeasuredProcess }[] = [];
  readonly #failure = new AbortController();

  constructor(
    private readonly directory: string,
    private readonly onEnd: OnEnd,
  ) {}

  /** Several processes may have the same name. The default log is a file in the directory. */
  start(options: Logging<Omit<MeasuredProcessOptions, 'log'>>): MeasuredProcess {
    const log = path.join(this.directory, `${options.name}-${this.#started.length}.log`);
    const process = startMeasured({ log, ...options });
    this.onEnd(() => process.stop());
    process.died.catch((error: unknown) => this.#failure.abort(error));
    this.#started.push({ name: options.name, process });
    return process;
  }

  /** The process ids by name. */
  get pids(): Record<string, number[]> {
    const pids: Record<string, number[]> = {};
    for (const { name, process } of this.#started) (pids[name] ??= []).push(process.pid);
    return pids;
  }

  /** Rejects when a process ends by itself. */
  get died(): Promise<never> {
    return Promise.race(this.#started.map(({ process }) => process.died));
  }

  /** Starts processes and waits until all are ready. */
  async startReady(...specs: Logging<ProcessSpec>[]): Promise<void> {
    const started = specs.map((spec) => ({ ...spec, pid: this.start(spec).pid }));
    await Promise.all(
      started.map(({ name, isReady, pid }) => this.until(() => isReady(pid), `${name} to be ready`)),
    );
  }

  /** Waits until `look` returns a value. @throws Error after a minute, or if a process ends by itself */
  async until<T>(
    look: () => T | undefined | false | Promise<T | undefined | false>,
    what: string,
  ): Promise<T> {
    return waitUntil(look, { what, limitMs: READY_LIMIT_MS, signal: this.#failure.signal });
  }
}
