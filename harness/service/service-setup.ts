import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { apiConfig } from '../../src/config/api-config';
import { createTemporalClient } from '../../src/temporal/client';
import { freePort, LOOPBACK, urlOf } from '../ports';
import type { Command } from '../processes/start-process';
import type { ProcessSpec } from '../processes/supervised-process';
import { apiSpec, sourceCommand, workerSpec } from './process-specs';
import type { ServiceScripts } from './build-service';
import { serviceEnvironment, type Variables } from './service-environment';

export interface ApiSpec extends ProcessSpec {
  /** The base URL of the API. */
  readonly url: string;
  /** Host name and port of the default PUBLIC_URL. */
  readonly host: string;
}

export interface ServiceSetupOptions {
  /** The environment of all processes. It must set TEMPORAL_ADDRESS and TWILIO_API_URL. */
  readonly env: Variables;
  /** Default: the source. */
  readonly scripts?: ServiceScripts;
}

/** Describes an API and workers that share a task queue and an environment. The caller starts these processes. */
export class ServiceSetup {
  /** A client for the service's namespace. It has no keys, so encrypted payloads stay encrypted. */
  readonly client: Client;
  readonly taskQueue: string;
  readonly #env: Variables;
  readonly #scripts: ServiceScripts | undefined;

  constructor({ env, scripts }: ServiceSetupOptions) {
    this.#env = serviceEnvironment({ TEMPORAL_TASK_QUEUE: `service-${randomUUID()}`, ...env });
    this.#scripts = scripts;
    const config = apiConfig(this.#env);
    this.taskQueue = config.taskQueue;
    this.client = createTemporalClient(config.temporal);
  }

  /** The port is PORT of `env` or of the environment of all processes. Default: a free port. */
  async apiSpec(env: Variables = {}): Promise<ApiSpec> {
    const port = Number(env['PORT'] ?? this.#env['PORT'] ?? (await freePort()));
    const url = urlOf(LOOPBACK, port);
    const command = this.#command('server', { ...env, PORT: `${port}` });
    return { ...apiSpec(command, url), url, host: `localhost:${port}` };
  }

  workerSpec(env: Variables = {}, name = 'worker'): ProcessSpec {
    return workerSpec(name, this.#command('worker', env), this.client, this.taskQueue);
  }

  /** Closes the connection to Temporal. */
  async close(): Promise<void> {
    await this.client.connection.close();
  }

  #command(part: keyof ServiceScripts, extra: Variables): Command {
    const env = { ...this.#env, ...extra };
    if (this.#scripts === undefined) return sourceCommand(`src/${part}.ts`, env);
    return { command: process.execPath, args: [this.#scripts[part]], env };
  }
}
