import { hostname } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { DevConfiguration } from './configuration';
import type { Command } from '../harness/processes/guarded-process';
import type { ProcessSpec } from '../harness/processes/supervised-process';
import { LOOPBACK, urlOf } from '../harness/ports';
import { devServerCommand, isDevServerReady } from '../harness/temporal/dev-server';

const ANSWER_LIMIT_MS = 2000;

/** Temporal, with its data in a file: what was running when it ended goes on when it is back. */
export function temporalProcess(executable: string, { settings, config }: DevConfiguration): ProcessSpec {
  const options = {
    executable,
    port: settings.temporalPort,
    uiPort: settings.temporalUiPort,
    ...(config.codecServer && { uiCodecEndpoint: `${config.publicUrl}/codec` }),
    dbFile: path.join(settings.dataDir, 'temporal.db'),
    namespace: config.temporal.namespace,
  };
  return { name: 'temporal', ...devServerCommand(options), isReady: () => isDevServerReady(options) };
}

export function smsSandboxProcess({ settings, env }: DevConfiguration): ProcessSpec {
  return {
    name: 'sms',
    // It shows codes to everyone who asks: to this machine only, wherever the API listens.
    ...script('sandbox/main.ts', { ...env, HOST: LOOPBACK }),
    isReady: () => answers(`${urlOf(LOOPBACK, settings.smsSandboxPort)}/healthz`),
  };
}

export function apiProcess({ env, config: { host, port } }: DevConfiguration): ProcessSpec {
  return {
    name: 'api',
    ...script('src/server.ts', env),
    isReady: () => answers(`${urlOf(host, port)}/readyz`),
  };
}

export function workerProcesses({ settings, env, config }: DevConfiguration, client: Client): ProcessSpec[] {
  return Array.from({ length: settings.workers }, (_, index) => ({
    name: settings.workers === 1 ? 'worker' : `worker-${index + 1}`,
    ...script('src/worker.ts', { ...env, ...metricsPort(env, index) }),
    isReady: (pid) => polls(pid, config, client),
  }));
}

/** Each worker on a port of its own, counted up from the one that was named. */
function metricsPort(env: Readonly<Record<string, string>>, index: number): Record<string, string> {
  const port = env['WORKER_METRICS_PORT'];
  return port === undefined ? {} : { WORKER_METRICS_PORT: String(Number(port) + index) };
}

/** Node itself runs the file, with no wrapper around it: who ends this process ends the worker. */
function script(file: string, env: Readonly<Record<string, string>>): Command {
  return { command: process.execPath, args: ['--import', 'tsx', path.resolve(__dirname, '..', file)], env };
}

async function answers(url: string): Promise<boolean> {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  return ok;
}

/** A worker says nothing when it is ready, but Temporal knows who asks for tasks, by process. */
async function polls(
  pid: number,
  { taskQueue, temporal: { namespace } }: DevConfiguration['config'],
  client: Client,
) {
  const { pollers } = await client.withDeadline(Date.now() + ANSWER_LIMIT_MS, () =>
    client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
  );
  return pollers.some(({ identity }) => identity === `${pid}@${hostname()}`);
}
