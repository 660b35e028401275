import { proxySinks, type Sinks } from '@temporalio/workflow';
import { ownDeliveryErrors } from '../domain/delivery-errors';
import type { SendOutcome, VerificationInput } from '../domain/types';
import type { Verification } from '../domain/verification';

/** What workflows measure. The times are in seconds. */
export type MetricName =
  | 'phone_verification_started'
  | 'phone_verification_ended'
  | 'phone_verification_attempts'
  | 'phone_verification_messages'
  | 'phone_verification_first_task_delay_seconds'
  | 'phone_verification_time_to_send_seconds'
  | 'phone_verification_time_to_verify_seconds';

export interface Measurement {
  readonly metric: MetricName;
  /** The increase of a counter, or a time. */
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** The worker exports the measurements. Those of a replay are dropped. */
export interface MetricSinks extends Sinks {
  readonly verificationMetrics: { record(measurements: readonly Measurement[]): void };
}

/** Not the SDK's meter: it makes one call for each value, and each call copies what is known about the workflow. */
const { verificationMetrics } = proxySinks<MetricSinks>();

/**
 * Counts one verification by tenant and country. Nothing is counted for test numbers, except the delay of the first
 * task. Replays do not count. A workflow task that is repeated counts again. `startedAt`: epoch milliseconds.
 * `sink`: for tests.
 */
export function createMetrics(
  input: VerificationInput,
  startedAt: number,
  sink: MetricSinks['verificationMetrics'] = verificationMetrics,
) {
  const { tenantId: tenant, country = 'ZZ', testNumber = false } = input;
  const labels = { tenant, country };
  let countedAttempts = 0;
  let countedMessages = 0;
  let isEndCounted = false;

  return {
    /** Call this in the first workflow task. */
    started(now: number) {
      const delay = measured('phone_verification_first_task_delay_seconds', seconds(now - startedAt), {});
      sink.record(testNumber ? [delay] : [delay, measured('phone_verification_started', 1)]);
    },

    /** Counts what is new since the last call: attempts, outcomes of messages, the end. */
    changed(verification: Verification) {
      if (testNumber) return;
      const uncounted = [...newAttempts(verification), ...newOutcomes(verification), ...newEnd(verification)];
      if (uncounted.length > 0) sink.record(uncounted);
    },
  };

  function newAttempts({ attempts }: Verification): Measurement[] {
    const found = attempts.slice(countedAttempts);
    countedAttempts = attempts.length;
    return found.map(({ matched }) =>
      measured('phone_verification_attempts', 1, { ...labels, result: matched ? 'right' : 'wrong' }),
    );
  }

  function newOutcomes({ messages }: Verification): Measurement[] {
    const measurements: Measurement[] = [];
    // At most one message is in flight: it is the last one.
    for (const { outcome } of messages.all.slice(countedMessages)) {
      if (!outcome) break;
      measurements.push(measured('phone_verification_messages', 1, { ...labels, result: resultOf(outcome) }));
      if (countedMessages === 0 && outcome.outcome === 'accepted')
        measurements.push(
          measured('phone_verification_time_to_send_seconds', seconds(outcome.acceptedAt - startedAt)),
        );
      countedMessages++;
    }
    return measurements;
  }

  function newEnd({ status, attempts, endedAt }: Verification): Measurement[] {
    if (isEndCounted || endedAt === null) return [];
    isEndCounted = true;
    const ended = measured('phone_verification_ended', 1, { ...labels, status });
    // Without a right code, the caller has approved the verification.
    if (attempts.at(-1)?.matched !== true) return [ended];
    return [ended, measured('phone_verification_time_to_verify_seconds', seconds(endedAt - startedAt))];
  }

  function measured(
    metric: MetricName,
    value: number,
    ownLabels: Measurement['labels'] = labels,
  ): Measurement {
    return { metric, value, labels: ownLabels };
  }
}

/** A worker's clock can be behind the server's. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}

function resultOf(outcome: SendOutcome): 'accepted' | 'refused' | 'unknown' {
  if (outcome.outcome !== 'failed') return 'accepted';
  return outcome.error.code === ownDeliveryErrors.delivery_unknown.code ? 'unknown' : 'refused';
}
