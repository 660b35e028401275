import type { IdentifiedView } from '../../gateway/verifications';
import type { InstanceStatus } from './resources';

export const ORCHESTRATOR = 'E4_SmsPhoneVerification';

/** Turns a verification into the status of a Durable Functions instance. */
export function instanceStatus(verification: IdentifiedView, showInput: boolean): InstanceStatus {
  const { id, phoneNumber, status, attemptsRemaining, expiresAt, createdAt, updatedAt } = verification;
  return {
    ...outcome(verification),
    input: showInput ? phoneNumber : null,
    createdTime: withoutMilliseconds(createdAt),
    lastUpdatedTime: withoutMilliseconds(updatedAt),
    name: ORCHESTRATOR,
    instanceId: id,
    customStatus: { status, attemptsRemaining, expiresAt },
  };
}

function outcome({
  status,
  cancelReason,
  error,
}: IdentifiedView): Pick<InstanceStatus, 'runtimeStatus' | 'output'> {
  switch (status) {
    case 'sending':
      return { runtimeStatus: 'Pending', output: null };
    case 'pending':
      return { runtimeStatus: 'Running', output: null };
    case 'verified':
      return { runtimeStatus: 'Completed', output: true };
    case 'expired':
    case 'max_attempts_reached':
      return { runtimeStatus: 'Completed', output: false };
    case 'canceled':
      return { runtimeStatus: 'Terminated', output: cancelReason };
    case 'undeliverable':
      return { runtimeStatus: 'Failed', output: error?.message ?? null };
  }
}

/** `2017-06-29T19:10:49Z` */
function withoutMilliseconds(rfc3339: string): string {
  return rfc3339.replace(/\.\d+Z$/, 'Z');
}
