import { randomUUID } from 'node:crypto';
import { freePort } from '../../harness/ports';
import type { SmsSandbox } from '../../sandbox';
import { answering, printed, serviceEnv, startProcess, type ServiceProcess } from './processes';

export interface RunningApi {
  /** Host name and port, as its PUBLIC_URL has them. */
  readonly host: string;
  readonly process: ServiceProcess;
}

/** API and worker as processes, which share a task queue of their own and end with `stop`. */
export class RunningService {
  readonly #processes: ServiceProcess[] = [];
  readonly #env: Record<string, string>;

  constructor(sandbox: SmsSandbox, env: Record<string, string>) {
    const own = { TWILIO_API_URL: sandbox.url, TEMPORAL_TASK_QUEUE: `e2e-${randomUUID()}` };
    this.#env = { ...own, ...env };
  }

  /** What every process has printed so far. */
  get output(): string {
    return this.#processes.map((process) => process.output()).join('\n');
  }

  async startApi(env: Record<string, string> = {}): Promise<RunningApi> {
    const port = await freePort();
    const host = `localhost:${port}`;
    const process = this.#start('src/server.ts', { PORT: String(port), ...env });
    await answering(`http://${host}/healthz`);
    return { host, process };
  }

  async startWorker(env: Record<string, string> = {}): Promise<ServiceProcess> {
    const process = this.#start('src/worker.ts', env);
    await printed(process, '"state":"RUNNING"');
    return process;
  }

  async stop(): Promise<void> {
    for (const process of this.#processes) process.kill('SIGKILL');
    await Promise.all(this.#processes.map(({ exited }) => exited));
  }

  #start(script: string, env: Record<string, string>): ServiceProcess {
    const process = startProcess(script, serviceEnv({ ...this.#env, ...env }));
    this.#processes.push(process);
    return process;
  }
}
