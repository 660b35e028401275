import { Counter, Registry } from 'prom-client';

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

/** The metrics of an API process. */
export function createApiMetrics() {
  const registry = new Registry();
  const deliveryReports = new Counter({
    name: 'phone_verification_delivery_reports_total',
    help: "The SMS provider's delivery reports, by the status that they report",
    labelNames: ['status'],
    registers: [registry],
  });

  return {
    contentType: registry.contentType,
    /** In Prometheus' text format. */
    text: () => registry.metrics(),
    /** `status`: one of a few words. */
    countDeliveryReport: (status: string) => deliveryReports.inc({ status }),
  };
}
