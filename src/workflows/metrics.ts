import { metricMeter } from '@temporalio/workflow';
import { ownDeliveryErrors } from '../domain/delivery-errors';
import type { FinalStatus, SendOutcome, VerificationInput } from '../domain/types';
import type { Verification } from '../domain/verification';

const FIRST_TASK_DELAY = 'phone_verification_first_task_delay_seconds';
const TIME_TO_SEND = 'phone_verification_time_to_send_seconds';
const TIME_TO_VERIFY = 'phone_verification_time_to_verify_seconds';

/** The upper bounds of the buckets of each histogram, in seconds. The worker's exporter needs them. */
export const histogramBuckets = {
  // After 30 s, no message is sent.
  [FIRST_TASK_DELAY]: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  [TIME_TO_SEND]: [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60],
  [TIME_TO_VERIFY]: [1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600, 3600],
};

/**
 * Counts one verification by tenant and country. Nothing is counted for test numbers, except the delay of the first
 * task. Replays do not count. A workflow task that is repeated counts again. `startedAt`: epoch milliseconds.
 */
export function createMetrics(input: VerificationInput, startedAt: number) {
  const { tenantId: tenant, country = 'ZZ', testNumber = false } = input;
  const labels = { tenant, country };
  const started = counter('phone_verification_started', 'Verifications that were started');
  const ended = counter('phone_verification_ended', 'Verifications that ended');
  const attempts = counter('phone_verification_attempts', 'Codes that were checked');
  const messages = counter('phone_verification_messages', 'Messages, by what became of the request to send');
  const firstTaskDelay = histogram(FIRST_TASK_DELAY, 'From the start to the first workflow task');
  const timeToSend = histogram(TIME_TO_SEND, 'From the start to the acceptance of the first message');
  const timeToVerify = histogram(TIME_TO_VERIFY, 'From the start to the right code');

  let countedAttempts = 0;
  let countedMessages = 0;

  return {
    /** Call this in the first workflow task. */
    started(now: number) {
      firstTaskDelay.record(seconds(now - startedAt));
      if (!testNumber) started.add(1, labels);
    },

    /** Counts the attempts and the outcomes of messages that are new since the last call. */
    changed({ attempts: all, messages: { all: sent } }: Pick<Verification, 'attempts' | 'messages'>) {
      if (testNumber) return;
      for (const { matched } of all.slice(countedAttempts))
        attempts.add(1, { ...labels, result: matched ? 'right' : 'wrong' });
      countedAttempts = all.length;
      // At most one message is in flight: it is the last one.
      for (const { outcome } of sent.slice(countedMessages)) {
        if (!outcome) break;
        messages.add(1, { ...labels, result: resultOf(outcome) });
        if (countedMessages === 0 && outcome.outcome === 'accepted')
          timeToSend.record(seconds(outcome.acceptedAt - startedAt), labels);
        countedMessages++;
      }
    },

    ended(status: FinalStatus, { attempts: all, endedAt }: Pick<Verification, 'attempts' | 'endedAt'>) {
      if (testNumber) return;
      ended.add(1, { ...labels, status });
      // Without a right code, the caller has approved the verification.
      if (all.at(-1)?.matched === true && endedAt !== null)
        timeToVerify.record(seconds(endedAt - startedAt), labels);
    },
  };
}

function counter(name: string, description: string) {
  return metricMeter.createCounter(name, '1', description);
}

function histogram(name: string, description: string) {
  return metricMeter.createHistogram(name, 'float', 's', description);
}

/** A worker's clock can be behind the server's. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}

function resultOf(outcome: SendOutcome): 'accepted' | 'refused' | 'unknown' {
  if (outcome.outcome !== 'failed') return 'accepted';
  return outcome.error.code === ownDeliveryErrors.delivery_unknown.code ? 'unknown' : 'refused';
}
