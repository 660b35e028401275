import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { DevConfiguration } from './configuration';
import { smsSandboxUrl } from './environment';
import { API_NAME, workerNames, type MetricsPort } from './metrics-ports';
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

/** `metricsPorts`: see chooseMetricsPorts. */
export function apiProcess(
  { env, config: { host, port } }: DevConfiguration,
  metricsPorts: readonly MetricsPort[],
): ProcessSpec {
  const command = sourceCommand('src/server.ts', { ...env, ...metricsEnv(metricsPorts, API_NAME) });
  return apiSpec(command, urlOf(host, port));
}

export function workerProcesses(
  { settings, env, config }: DevConfiguration,
  client: Client,
  metricsPorts: readonly MetricsPort[],
): ProcessSpec[] {
  return workerNames(settings).map((name) => {
    const command = sourceCommand('src/worker.ts', { ...env, ...metricsEnv(metricsPorts, name) });
    return workerSpec(name, command, client, config.taskQueue);
  });
}

function metricsEnv(ports: readonly MetricsPort[], process: string): MetricsPort['env'] {
  return ports.find(({ name }) => name === process)?.env ?? {};
}
