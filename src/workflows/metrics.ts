import { metricMeter } from '@temporalio/workflow';
import type { FinalStatus, VerificationInput } from '../domain/types';

/**
 * How many that were texted answer, by country: where few do, somebody may be pumping (docs/security.md). Test numbers
 * are left out. Replays count nothing; a workflow task that failed and is done over counts again.
 */
export function createMetrics({ country = 'ZZ', testNumber = false }: VerificationInput) {
  const started = metricMeter.createCounter(
    'phone_verification_started',
    'verification',
    'Verifications that began',
  );
  const ended = metricMeter.createCounter(
    'phone_verification_ended',
    'verification',
    'Verifications that ended',
  );
  return {
    started: () => {
      if (!testNumber) started.add(1, { country });
    },
    ended: (status: FinalStatus) => {
      if (!testNumber) ended.add(1, { country, status });
    },
  };
}
