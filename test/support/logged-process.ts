import { type ProcessSpec, SupervisedProcess } from '../../harness/processes/supervised-process';

/** A supervised process whose output is kept, also across restarts. */
export class LoggedProcess extends SupervisedProcess {
  readonly lines: readonly string[];

  constructor(spec: ProcessSpec) {
    const lines: string[] = [];
    super(spec, (line) => lines.push(line));
    this.lines = lines;
  }
}
