import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { errorCodes } from '../domain/refusals';
import { createTemporalGauges, type WatchTemporal } from './temporal-gauges';

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

/** A request that was answered. The values of its labels are few: a route is not a path. */
export interface AnsweredRequest {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

/** An error that was answered. `limit`: the name of the limit that was reached, if there is one. */
export interface AnsweredError {
  readonly code: string;
  readonly limit?: string | undefined;
}

// The upper bounds of the buckets, in seconds.
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const DELIVERY_BUCKETS = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 300];

/** The limits of which docs/alerts.yaml has an alert: they refuse people who did nothing wrong. */
const ALERTED_LIMITS = ['caller', 'country', 'texts-per-second'];

/** The metrics of an API process. */
export function createApiMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'phone_verification_http_requests_total',
    help: 'HTTP requests, by route, method and status of the answer',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const requestDuration = new Histogram({
    name: 'phone_verification_http_request_duration_seconds',
    help: 'The time from a request to the end of its answer, by route and method',
    labelNames: ['route', 'method'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'phone_verification_refusals_total',
    help: 'Error answers of all HTTP APIs, by code and by the limit that was reached',
    labelNames: ['code', 'limit'],
    registers,
  });
  // From 0, so that Prometheus sees the first increase.
  for (const code of errorCodes) refusals.inc({ code }, 0);
  for (const limit of ALERTED_LIMITS) refusals.inc({ code: 'rate_limited', limit }, 0);
  const redisFallbacks = new Counter({
    name: 'phone_verification_redis_fallbacks_total',
    help: 'Counts of limits that this process made alone, because Redis did not make them',
    registers,
  });
  const deliveryReports = new Counter({
    name: 'phone_verification_delivery_reports_total',
    help: "The SMS provider's delivery reports, by the status that they report",
    labelNames: ['status'],
    registers,
  });
  const timeToDeliver = new Histogram({
    name: 'phone_verification_time_to_deliver_seconds',
    help: 'The time from a message to the delivery report that it was delivered',
    buckets: DELIVERY_BUCKETS,
    registers,
  });
  let refreshGauges = async () => {};

  return {
    contentType: registry.contentType,

    /** In Prometheus' text format. */
    async text(): Promise<string> {
      await refreshGauges();
      return registry.metrics();
    },

    /** Adds the metrics of Node and the process. */
    watchProcess: () => collectDefaultMetrics({ register: registry }),

    /** Adds gauges of Temporal, which is asked when the metrics are read. */
    watchTemporal(watch: WatchTemporal) {
      refreshGauges = createTemporalGauges(registry, watch);
    },

    recordRequest({ route, method, status, seconds }: AnsweredRequest) {
      requests.inc({ route, method, status });
      requestDuration.observe({ route, method }, seconds);
    },
    countRefusal: ({ code, limit }: AnsweredError) =>
      refusals.inc(limit === undefined ? { code } : { code, limit }),
    countRedisFallback: () => redisFallbacks.inc(),
    /** `status`: one of a few words. */
    countDeliveryReport: (status: string) => deliveryReports.inc({ status }),
    recordDelivery: (seconds: number) => timeToDeliver.observe(seconds),
  };
}
