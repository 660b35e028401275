import type { InjectedSinks, Runtime } from '@temporalio/worker';
import type { Measurement, MetricName, MetricSinks } from '../workflows/metrics';

type Meter = Runtime['metricMeter'];
type RecordMeasurement = (measurement: Measurement) => void;

/** A counter, or with buckets a histogram. */
interface Metric {
  readonly description: string;
  /** The upper bounds of the buckets, in seconds. */
  readonly buckets?: readonly number[];
}

export const workflowMetrics: Readonly<Record<MetricName, Metric>> = {
  phone_verification_started: { description: 'Verifications that were started' },
  phone_verification_ended: { description: 'Verifications that ended' },
  phone_verification_attempts: { description: 'Codes that were checked' },
  phone_verification_messages: { description: 'Messages, by what became of the request to send' },
  phone_verification_first_task_delay_seconds: {
    description: 'From the start to the first workflow task',
    // After 30 s, no message is sent.
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  phone_verification_time_to_send_seconds: {
    description: 'From the start to the acceptance of the first message',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60],
  },
  phone_verification_time_to_verify_seconds: {
    description: 'From the start to the right code',
    buckets: [1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 3600],
  },
};

/** Takes measurements from the workflow sandbox, which has no access to the exporter. */
export function workflowMetricSinks(meter: Meter): InjectedSinks<MetricSinks> {
  const instruments = new Map<string, RecordMeasurement>(
    Object.entries(workflowMetrics).map(([name, metric]) => [name, createInstrument(meter, name, metric)]),
  );
  return {
    verificationMetrics: {
      record: {
        fn: (_info, measurements) => {
          for (const measurement of measurements) instruments.get(measurement.metric)?.(measurement);
        },
        callDuringReplay: false,
      },
    },
  };
}

function createInstrument(meter: Meter, name: string, { description, buckets }: Metric): RecordMeasurement {
  if (buckets === undefined) {
    const counter = meter.createCounter(name, '1', description);
    return ({ value, labels }) => counter.add(value, labels);
  }
  const histogram = meter.createHistogram(name, 'float', 's', description);
  return ({ value, labels }) => histogram.record(value, labels);
}
