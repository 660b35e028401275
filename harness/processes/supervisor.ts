import { type ProcessSpec, SupervisedProcess } from './supervised-process';

const PREFIX_WIDTH = 8;

/** Runs groups of processes. Each group depends on the groups that were started before it. */
export class Supervisor {
  /** The group that was started last comes first. */
  readonly #groups: SupervisedProcess[][] = [];

  constructor(
    private readonly write: (line: string) => void,
    private readonly format: (line: string) => string = (line) => line,
  ) {}

  /** Starts processes together and waits until all of them are ready. @throws Error if one of them fails to start */
  async start(...specs: ProcessSpec[]): Promise<void> {
    const group = specs.map((spec) => new SupervisedProcess(spec, this.#writerFor(spec), this.write));
    this.write(`Starting ${specs.map(({ name }) => name).join(', ')} …`);
    this.#groups.unshift(group);
    await Promise.all(group.map((process) => process.start()));
  }

  #writerFor({ name }: ProcessSpec): (line: string) => void {
    const prefix = `${name.padEnd(PREFIX_WIDTH)} | `;
    return (line) => {
      if (line !== '') this.write(`${prefix}${this.format(line)}`);
    };
  }

  /** Stops all groups, one after the other. The group that was started last stops first. */
  async stop(): Promise<void> {
    for (const group of this.#groups) await Promise.all(group.map((process) => process.stop()));
  }

  kill(): void {
    for (const process of this.#groups.flat()) void process.kill();
  }
}
