import type { Runtime, TelemetryOptions } from '@temporalio/worker';
import { forwardedCoreLogs } from './worker-logger';
import { workflowMetrics } from './workflow-metrics';

/**
 * The logs of the SDK and its metrics, which include those of workflows and activities. Without an address, there are no
 * metrics. `host`: an IP address.
 */
export function workerTelemetry(
  address: { readonly host: string; readonly port: number } | undefined,
): TelemetryOptions {
  if (!address) return { logging: forwardedCoreLogs };
  const { host, port } = address;
  return {
    logging: forwardedCoreLogs,
    metrics: {
      prometheus: {
        bindAddress: `${host.includes(':') ? `[${host}]` : host}:${port}`,
        countersTotalSuffix: true,
        histogramBucketOverrides: Object.fromEntries(
          Object.entries(workflowMetrics).flatMap(([name, { buckets }]) =>
            buckets ? [[name, [...buckets]]] : [],
          ),
        ),
      },
    },
  };
}

/** Adds a metric that each worker has from its start. Those of verifications begin with the first one. */
export function recordWorkerUp(meter: Runtime['metricMeter']): void {
  meter.createGauge('phone_verification_worker_up', 'int', '1', '1 while the worker runs').set(1);
}
