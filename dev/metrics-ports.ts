import type { MetricsAddress } from '../src/config/metrics-address';
import { freePort, isPortFree, urlOf, type WantedPort } from '../harness/ports';
import type { DevConfiguration } from './configuration';
import type { DevSettings } from './settings';

export const API_NAME = 'api';

export interface MetricsConfiguration extends Pick<DevConfiguration, 'metrics'> {
  readonly settings: Pick<DevSettings, 'workers'>;
}

/** Where one process offers its metrics. */
export interface MetricsPort {
  /** The process. */
  readonly name: string;
  readonly url: string;
  /** The variable that sets the port. Empty for the default port: if it is taken meanwhile, the process only warns. */
  readonly env: Readonly<Record<string, string>>;
}

/** The ports for metrics that the user has set. They must be free. */
export function wantedMetricsPorts({ metrics, settings }: MetricsConfiguration): WantedPort[] {
  const wanted = (address: MetricsAddress | undefined, count: number, user: string): WantedPort[] =>
    address?.isPortSet === true
      ? portsFrom(address, count).map((port) => ({ ...address, port, user, hostVariable: 'METRICS_HOST' }))
      : [];
  return [
    ...wanted(metrics.api, 1, 'the metrics of the API'),
    ...wanted(metrics.worker, settings.workers, 'the metrics of a worker'),
  ];
}

/**
 * The ports for metrics of the API and of each worker: WORKER_METRICS_PORT, WORKER_METRICS_PORT + 1, and so on. A default
 * port that is in use, for example by a second instance, is replaced by a free one. `taken`: ports of other processes.
 */
export async function chooseMetricsPorts(
  { metrics, settings }: MetricsConfiguration,
  taken: readonly number[],
): Promise<MetricsPort[]> {
  return [
    ...(await chosen(metrics.api, [API_NAME], taken)),
    ...(await chosen(metrics.worker, workerNames(settings), taken)),
  ];
}

export function workerNames({ workers }: Pick<DevSettings, 'workers'>): string[] {
  return workers === 1 ? ['worker'] : Array.from({ length: workers }, (_, index) => `worker-${index + 1}`);
}

async function chosen(
  address: MetricsAddress | undefined,
  names: readonly string[],
  taken: readonly number[],
): Promise<MetricsPort[]> {
  if (!address) return [];
  const { host, variable, isPortSet, port: first } = address;
  const ports: MetricsPort[] = [];
  for (const [index, name] of names.entries()) {
    const next = first + index;
    const isUsable = isPortSet || (!taken.includes(next) && (await isPortFree(next, host)));
    const port = isUsable ? next : await freePort();
    const env = port === first ? {} : { [variable]: String(port) };
    ports.push({ name, url: `${urlOf(host, port)}/metrics`, env });
  }
  return ports;
}

function portsFrom({ port }: MetricsAddress, count: number): number[] {
  return Array.from({ length: count }, (_, index) => port + index);
}
