import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../wait-until';
import { type Command, type Exit, type StartedProcess, startProcess } from './start-process';

export interface ProcessSpec extends Command {
  name: string;
  /** Whether the process can do its work. An error counts as false. */
  isReady: (pid: number) => Promise<boolean>;
}

/** Longer than the time that the API and the worker take for a graceful shutdown. */
const STOP_LIMIT_MS = 20_000;
const READY_LIMIT_MS = 90_000;
const RESTART_DELAY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 10_000;
const RESTARTS_WITHOUT_BACKOFF = 10;
/** If the process has run for this time, the count of restarts begins again at 0. */
const STABLE_MS = 10_000;

/** A process that is restarted when it ends, until it is stopped or killed. */
export class SupervisedProcess {
  #starting = new AbortController();
  #process: StartedProcess | undefined;
  #isReady = false;
  #wasReady = false;
  #isWanted = false;
  #restarts = 0;

  constructor(
    private readonly spec: ProcessSpec,
    private readonly onLine: (line: string) => void,
    private readonly print: (line: string) => void = () => {},
  ) {}

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether it has become ready since its last start. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @throws Error if it ends by itself before it was ever ready: a restart would fail in the same way
   */
  async start(): Promise<void> {
    this.#isWanted = true;
    this.#starting = new AbortController();
    this.#spawn();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    await waitUntil(() => this.#isReady, {
      limitMs: READY_LIMIT_MS,
      signal: this.#starting.signal,
      onWait: (seconds) => this.print(`Still waiting for ${this.name} after ${seconds} s …`),
      what: `${this.name} to be ready`,
    });
  }

  async stop(): Promise<void> {
    this.#stopRestarting();
    await this.#process?.stop(STOP_LIMIT_MS);
  }

  /** Kills it (SIGKILL). It is not restarted. */
  async kill(): Promise<void> {
    this.#stopRestarting();
    await this.#killProcess();
  }

  /** Kills it (SIGKILL). It is restarted, as after a crash. */
  async crash(): Promise<void> {
    this.#restarts = 0;
    await this.#killProcess();
  }

  async #killProcess(): Promise<void> {
    this.#isReady = false;
    this.#process?.kill();
    await this.#process?.exited;
  }

  #stopRestarting(): void {
    this.#isWanted = false;
    this.#starting.abort(new Error(`${this.name} was stopped`));
  }

  #spawn(): StartedProcess {
    const startedAt = Date.now();
    const started = startProcess(this.spec, this.onLine);
    const ended = new AbortController();
    this.#process = started;
    void started.exited.then((exit) => {
      ended.abort();
      return this.#onExit(started, exit, Date.now() - startedAt);
    });
    void this.#becomeReady(started.pid, ended.signal);
    return started;
  }

  async #becomeReady(pid: number, ended: AbortSignal): Promise<void> {
    const options = { what: this.name, limitMs: READY_LIMIT_MS, signal: ended };
    try {
      await waitUntil(() => this.spec.isReady(pid), options);
      this.#isReady = this.#wasReady = true;
    } catch {
      // The process ended first and is restarted, or `untilReady` times out as well.
    }
  }

  async #onExit(ended: StartedProcess, exit: Exit, uptimeMs: number): Promise<void> {
    if (this.#process !== ended) return;
    this.#isReady = false;
    if (!this.#isWanted) return;
    if (!this.#wasReady && exit.signal === null) {
      this.#starting.abort(new Error(`${this.name} ended with exit code ${exit.code} before it was ready`));
      return;
    }
    this.#restarts = uptimeMs >= STABLE_MS ? 0 : this.#restarts + 1;
    await sleep(restartDelayMs(this.#restarts));
    if (!this.#isWanted || this.#process !== ended) return;
    const { pid } = this.#spawn();
    this.print(
      `${this.name} died (${exit.signal ?? `exit code ${exit.code}`}) and was started again: process ${pid}`,
    );
  }
}

/** The delay before the n-th restart in a row. */
export function restartDelayMs(restarts: number): number {
  const backoffs = Math.max(0, restarts - RESTARTS_WITHOUT_BACKOFF);
  return Math.min(RESTART_DELAY_MS * 2 ** backoffs, LONGEST_RESTART_DELAY_MS);
}
