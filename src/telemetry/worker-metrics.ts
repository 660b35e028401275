import type { Runtime, TelemetryOptions } from '@temporalio/worker';
import { forwardedCoreLogs } from './worker-logger';

export interface WorkerMetricsOptions {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** The upper bounds of the buckets of each histogram of the workflows, by its name. */
  readonly histogramBuckets: Readonly<Record<string, readonly number[]>>;
}

/** The logs of the SDK and its metrics, which include those of workflows and activities. Undefined: no metrics. */
export function workerTelemetry(metrics: WorkerMetricsOptions | undefined): TelemetryOptions {
  if (!metrics) return { logging: forwardedCoreLogs };
  const { host, port, histogramBuckets } = metrics;
  return {
    logging: forwardedCoreLogs,
    metrics: {
      prometheus: {
        bindAddress: `${host.includes(':') ? `[${host}]` : host}:${port}`,
        countersTotalSuffix: true,
        histogramBucketOverrides: Object.fromEntries(
          Object.entries(histogramBuckets).map(([name, buckets]) => [name, [...buckets]]),
        ),
      },
    },
  };
}

/** Adds a metric that each worker has from its start. Those of verifications begin with the first one. */
export function recordWorkerUp({ metricMeter }: Pick<Runtime, 'metricMeter'>): void {
  metricMeter.createGauge('phone_verification_worker_up', 'int', '1', '1 while the worker runs').set(1);
}
