import type { Digests } from '../crypto/digest';
import type { Idempotency } from './start/start-request';

/** Temporal returns the first outcome for a known update id. Undefined for a request without an Idempotency-Key. */
export function updateIdOf(
  digests: Digests,
  purpose: 'check' | 'resend',
  { caller, idempotencyKey }: Idempotency,
): string | undefined {
  if (idempotencyKey === undefined) return undefined;
  return digests.idempotencyKey(purpose, caller, idempotencyKey);
}
