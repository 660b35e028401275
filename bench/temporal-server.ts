import type { Variables } from '../harness/service/service-environment';

export interface TemporalServer {
  /** The variables with which a process connects to it. */
  env: Variables;
  /** Shown with the figures. */
  description: string;
  /** Prometheus metrics. Undefined if the benchmark did not start it. */
  metricsUrl?: string;
}
