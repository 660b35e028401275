import { metricMeter } from '@temporalio/workflow';
import type { FinalStatus, VerificationInput } from '../domain/types';

/**
 * Counts started and ended verifications by tenant and country, without test numbers. If few verifications in a
 * country succeed, it may be SMS pumping (docs/security.md). Replays do not count. A workflow task that is repeated counts again.
 */
export function createMetrics({ tenantId: tenant, country = 'ZZ', testNumber = false }: VerificationInput) {
  const started = metricMeter.createCounter(
    'phone_verification_started',
    'verification',
    'Verifications that were started',
  );
  const ended = metricMeter.createCounter(
    'phone_verification_ended',
    'verification',
    'Verifications that ended',
  );
  return {
    started: () => {
      if (!testNumber) started.add(1, { tenant, country });
    },
    ended: (status: FinalStatus) => {
      if (!testNumber) ended.add(1, { tenant, country, status });
    },
  };
}
