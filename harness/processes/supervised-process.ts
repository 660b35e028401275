import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type Exit, type GuardedProcess, spawnGuarded } from './guarded-process';
import { until } from './until';

export interface ProcessSpec extends Command {
  name: string;
  /** Whether the process does its work by now. */
  isReady: (pid: number) => Promise<boolean>;
}

/** Longer than the API's and the worker's own limits for ending gracefully. */
const STOP_LIMIT_MS = 20_000;
const READY_LIMIT_MS = 90_000;
const RESTART_DELAY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 10_000;
const RESTARTS_WITHOUT_BACKOFF = 10;
/** One that lived this long was well: its restarts are counted anew. */
const STEADY_MS = 10_000;

/** A process that is started again when it dies, until it is stopped. */
export class SupervisedProcess {
  readonly #starting = new AbortController();
  #process: GuardedProcess | undefined;
  #isStarted = false;
  #isStopping = false;
  #restarts = 0;

  constructor(
    private readonly spec: ProcessSpec,
    private readonly onLine: (line: string) => void,
    private readonly say: (line: string) => void,
  ) {}

  /** @throws Error if it ends by itself before it was ready once: started again it would do the same. */
  async start(): Promise<void> {
    const { name, isReady } = this.spec;
    this.#spawn();
    await until(async () => this.#process !== undefined && isReady(this.#process.pid), {
      limitMs: READY_LIMIT_MS,
      signal: this.#starting.signal,
      onWait: (seconds) => this.say(`Waiting for ${name}: ${seconds} s …`),
      what: name,
    });
    this.#isStarted = true;
  }

  async stop(): Promise<void> {
    this.#stopRestarting();
    await this.#process?.stop(STOP_LIMIT_MS);
  }

  kill(): void {
    this.#stopRestarting();
    this.#process?.kill();
  }

  #stopRestarting(): void {
    this.#isStopping = true;
    this.#starting.abort(new Error(`${this.spec.name} was stopped`));
  }

  #spawn(): GuardedProcess {
    const startedAt = Date.now();
    const started = spawnGuarded(this.spec, this.onLine);
    void started.exited.then((exit) => this.#onExit(exit, Date.now() - startedAt));
    this.#process = started;
    return started;
  }

  async #onExit(exit: Exit, livedMs: number): Promise<void> {
    const { name } = this.spec;
    if (this.#isStopping) return;
    if (!this.#isStarted && exit.signal === null) {
      this.#starting.abort(new Error(`${name} ended with exit code ${exit.code} before it was ready`));
      return;
    }
    this.#restarts = livedMs >= STEADY_MS ? 0 : this.#restarts + 1;
    await sleep(restartDelayMs(this.#restarts));
    if (this.#isStopping) return;
    const { pid } = this.#spawn();
    this.say(
      `${name} died (${exit.signal ?? `exit code ${exit.code}`}) and was started again: process ${pid}`,
    );
  }
}

/** Before the n-th restart in a row. */
export function restartDelayMs(restarts: number): number {
  const backoffs = Math.max(0, restarts - RESTARTS_WITHOUT_BACKOFF);
  return Math.min(RESTART_DELAY_MS * 2 ** backoffs, LONGEST_RESTART_DELAY_MS);
}
