import { Type, type Static } from '@sinclair/typebox';
import type { IdentifiedView } from '../../temporal/verifications';

export const ORCHESTRATOR = 'E4_SmsPhoneVerification';

/** The sample's fields in the sample's order, then those that newer versions of Durable Functions add. */
export const InstanceStatus = Type.Object({
  runtimeStatus: Type.String(),
  input: Type.Union([Type.String(), Type.Null()]),
  output: Type.Union([Type.Boolean(), Type.String(), Type.Null()]),
  createdTime: Type.String(),
  lastUpdatedTime: Type.String(),
  name: Type.String(),
  instanceId: Type.String(),
  customStatus: Type.Object({
    status: Type.String(),
    attemptsRemaining: Type.Integer(),
    expiresAt: Type.Union([Type.String(), Type.Null()]),
  }),
});
export type InstanceStatus = Static<typeof InstanceStatus>;

/** A verification in the words of Durable Functions. */
export function instanceStatus(verification: IdentifiedView, showInput: boolean): InstanceStatus {
  const { id, phoneNumber, status, attemptsRemaining, expiresAt, createdAt, updatedAt } = verification;
  return {
    ...outcome(verification),
    input: showInput ? phoneNumber : null,
    createdTime: toTheSecond(createdAt),
    lastUpdatedTime: toTheSecond(updatedAt),
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
function toTheSecond(rfc3339: string): string {
  return rfc3339.replace(/\.\d+Z$/, 'Z');
}
