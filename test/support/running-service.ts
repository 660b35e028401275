import type { ProcessSpec } from '../../harness/processes/supervised-process';
import { scriptsIn, type ServiceScripts } from '../../harness/service/build-service';
import { isOk } from '../../harness/service/process-specs';
import { ServiceSetup } from '../../harness/service/service-setup';
import type { Variables } from '../../harness/service/service-environment';
import type { SmsSandbox, SmsSandboxOptions } from '../../sandbox';
import { eventually } from './eventually';
import { startCommand, type TestProcess } from './processes';
import { requiredEnv } from './required-env';
import { serviceBuild } from './service-build';
import { startTestSandbox } from './test-sandbox';

export interface RunningApi {
  /** Host name and port of its PUBLIC_URL. */
  readonly host: string;
  /** The URL of its verifications. */
  readonly url: string;
  readonly process: TestProcess;
}

/** Compiled APIs and workers that share a task queue, each as a process, and their SMS sandbox. */
export class RunningService {
  readonly #processes: TestProcess[] = [];
  readonly #setup: ServiceSetup;

  private constructor(
    readonly sandbox: SmsSandbox,
    scripts: ServiceScripts,
    env: Variables,
  ) {
    this.#setup = new ServiceSetup({ scripts, env: { TWILIO_API_URL: sandbox.url, ...env } });
  }

  /** Starts no API and no worker. The default Temporal server is the one of the test run. */
  static async create(env: Variables = {}, sandbox?: Partial<SmsSandboxOptions>): Promise<RunningService> {
    const temporal = env['TEMPORAL_ADDRESS'] ?? requiredEnv('TEST_TEMPORAL_ADDRESS');
    const scripts = scriptsIn(await serviceBuild());
    return new RunningService(await startTestSandbox(sandbox), scripts, {
      TEMPORAL_ADDRESS: temporal,
      ...env,
    });
  }

  /** The output of all processes so far. */
  get output(): string {
    return this.#processes.map((process) => process.output()).join('\n');
  }

  /** Starts an API on its own port. It need not reach Temporal. */
  async startApi(env: Variables = {}): Promise<RunningApi> {
    const spec = await this.#setup.apiSpec(env);
    const process = this.#start(spec);
    await eventually(() => isOk(`${spec.url}/healthz`), process);
    return { host: spec.host, url: `${spec.url}/verifications`, process };
  }

  async startWorker(env: Variables = {}): Promise<TestProcess> {
    const spec = this.#setup.workerSpec(env);
    const process = this.#start(spec);
    await eventually(() => spec.isReady(process.pid), process);
    return process;
  }

  async stop(): Promise<void> {
    for (const process of this.#processes) process.kill('SIGKILL');
    await Promise.all(this.#processes.map(({ exited }) => exited));
    await this.sandbox.close();
    await this.#setup.close();
  }

  #start(spec: ProcessSpec): TestProcess {
    const process = startCommand(spec);
    this.#processes.push(process);
    return process;
  }
}
