import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type GuardedProcess, spawnGuarded } from '../../harness/processes/guarded-process';
import { until } from '../../harness/processes/until';

export interface CrashableSpec extends Command {
  name: string;
  /** Whether it does its work by now, perhaps by what it has written since its start. */
  isReady: (lines: readonly string[]) => Promise<boolean>;
}

const RESTART_DELAY_MS = 100;
const READY_LIMIT_MS = 60_000;

/** A process that can be killed at any moment. Once started, it is started again whenever it ends. */
export class CrashableProcess {
  /** All that it has written, its earlier lives included. */
  readonly lines: string[] = [];
  #process: GuardedProcess | undefined;
  #isWanted = false;
  #isUp = false;

  constructor(private readonly spec: CrashableSpec) {}

  get name(): string {
    return this.spec.name;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#isWanted = true;
    this.#spawn();
    await this.untilUp();
  }

  async untilUp(): Promise<void> {
    const { signal } = new AbortController();
    await until(async () => this.#isUp, { what: this.spec.name, limitMs: READY_LIMIT_MS, signal });
  }

  /** `kill -9`. It is back as soon as it can be. */
  async crash(): Promise<void> {
    this.#isUp = false;
    this.#process?.kill();
    await this.#process?.exited;
  }

  /** `kill -9`, and it stays away until it is started. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    await this.crash();
  }

  #spawn(): void {
    const { name, isReady } = this.spec;
    const written: string[] = [];
    const ended = new AbortController();
    const spawned = spawnGuarded(this.spec, (line) => {
      written.push(line);
      this.lines.push(line);
    });
    this.#process = spawned;
    const { signal } = ended;
    until(() => isReady(written), { what: name, limitMs: READY_LIMIT_MS, signal }).then(
      () => (this.#isUp = !signal.aborted),
      // It ended before it was ready: its next life may do better.
      () => {},
    );
    void this.#restartAfter(spawned, ended);
  }

  async #restartAfter(spawned: GuardedProcess, ended: AbortController): Promise<void> {
    await spawned.exited;
    ended.abort();
    this.#isUp = false;
    await sleep(RESTART_DELAY_MS);
    if (this.#isWanted && this.#process === spawned) this.#spawn();
  }
}
