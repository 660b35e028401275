import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { DevConfiguration } from './configuration';
import { smsSandboxUrl } from './environment';
import type { ProcessSpec } from '../harness/processes/supervised-process';
import { LOOPBACK, urlOf } from '../harness/ports';
import { apiSpec, isOk, sourceCommand, temporalSpec, workerSpec } from '../harness/service/process-specs';

/** Temporal's data is in a file, so open workflows continue after a restart. */
export function temporalProcess(executable: string, { settings, config }: DevConfiguration): ProcessSpec {
  return temporalSpec({
    executable,
    port: settings.temporalPort,
    uiPort: settings.temporalUiPort,
    ...(config.codecServer && { uiCodecEndpoint: `${config.publicUrl}/codec` }),
    dbFile: path.join(settings.dataDir, 'temporal.db'),
    namespace: config.temporal.namespace,
  });
}

export function smsSandboxProcess({ settings, env, config }: DevConfiguration): ProcessSpec {
  return {
    name: 'sms',
    // Everyone who reaches the sandbox can read codes. So it listens on the loopback address, whatever HOST is.
    ...sourceCommand('sandbox/main.ts', { ...env, HOST: LOOPBACK, PUBLIC_URL: config.publicUrl }),
    isReady: () => isOk(`${smsSandboxUrl(settings)}/healthz`),
  };
}

export function apiProcess({ env, config: { host, port } }: DevConfiguration): ProcessSpec {
  return apiSpec(sourceCommand('src/server.ts', env), urlOf(host, port));
}

export function workerProcesses({ settings, env, config }: DevConfiguration, client: Client): ProcessSpec[] {
  return Array.from({ length: settings.workers }, (_, index) => {
    const name = settings.workers === 1 ? 'worker' : `worker-${index + 1}`;
    const command = sourceCommand('src/worker.ts', { ...env, ...metricsPort(env, index) });
    return workerSpec(name, command, client, config.taskQueue);
  });
}

/** Each worker has its own port: WORKER_METRICS_PORT, WORKER_METRICS_PORT + 1, and so on. */
function metricsPort(env: Readonly<Record<string, string>>, index: number): Record<string, string> {
  const port = env['WORKER_METRICS_PORT'];
  return port === undefined ? {} : { WORKER_METRICS_PORT: String(Number(port) + index) };
}
