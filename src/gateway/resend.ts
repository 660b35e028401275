import type { Digests } from '../crypto/digest';
import { VerificationError } from '../domain/refusals';
import type { WordingChoice } from '../domain/types';
import { resendUpdate, type ResendOutcome } from '../workflows/definitions';
import type { TenantVerificationId } from './ids';
import { requestDigest } from './request-digest';
import type { OpenRuns } from './open-runs';
import type { Idempotency } from './start/start-request';
import { updateIdOf } from './update-id';

/** A request for one more message. */
export interface ResendOptions extends Idempotency {
  readonly wording?: WordingChoice | undefined;
  /** The end user's IP address. A repeat of the request must have the same. Only its digest is stored. */
  readonly clientIp?: string | undefined;
  /** Whether it joins the verification while the first message is being sent. Then it sends no message of its own. */
  readonly joins?: boolean;
  /** Whether only a repeat of an earlier request succeeds. Another request is `rate_limited`. */
  readonly onlyRepeat?: boolean;
}

/** `repeated`: an earlier request with the same Idempotency-Key. `joined`: it sends no message. */
export interface Resend {
  readonly outcome: 'requested' | 'joined' | 'repeated';
  readonly state: ResendOutcome;
}

/**
 * With an Idempotency-Key, Temporal returns the first outcome to a repeat, also after the end. The outcome says which
 * request it belongs to.
 */
export function createResend(openRuns: Pick<OpenRuns, 'update'>, digests: Digests) {
  return async function resend(id: TenantVerificationId, options: ResendOptions): Promise<Resend> {
    const { tenantId, nonce } = id;
    const { wording, joins = false, onlyRepeat = false, idempotencyKey } = options;
    const request =
      idempotencyKey === undefined
        ? undefined
        : { id: crypto.randomUUID(), fieldsDigest: requestDigest(digests, options) };
    const arg = {
      tenantId,
      nonce,
      ...(wording && { wording }),
      ...(joins && { joins }),
      ...(onlyRepeat && { onlyRepeat }),
      ...(request && { request }),
    };
    const state = await openRuns.update(id, resendUpdate, arg, updateIdOf(digests, 'resend', options));
    const { answered } = state;
    // A worker of an earlier version does not say it.
    if (!request || !answered) return { outcome: 'requested', state };
    if (answered.fieldsDigest !== request.fieldsDigest)
      throw new VerificationError({ code: 'idempotency_key_reused' });
    if (answered.id !== request.id) return { outcome: 'repeated', state };
    return { outcome: answered.isMessageRequested ? 'requested' : 'joined', state };
  };
}
