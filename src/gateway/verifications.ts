import { deriveTags } from '../crypto/code';
import { VerificationError } from '../domain/refusals';
import type { DeliveryReport, VerificationView } from '../domain/types';
import {
  cancelSignal,
  cancelUpdate,
  checkUpdate,
  resendUpdate,
  submitSignal,
  type FromTenant,
  type Submission,
  type VerificationState,
} from '../workflows/messages';
import { createRunMessages } from './run-messages';
import { createRunStates } from './run-states';
import { createStart, type Idempotency, type StartDependencies, type StartRequest } from './start';
import { createDeliveryReports } from './delivery-reports';
import { waitForDecision, type Wait } from './wait-for-decision';
import { formatVerificationId, parseVerificationId, type VerificationId } from './ids';
import { createWorkflowCalls } from './workflow-calls';

export type { Reservation } from './start';

/** A verification under its public id. */
export interface IdentifiedView extends VerificationView {
  readonly id: string;
}

/** A verification, and the tenant on whose behalf something is asked of it. Another tenant's is `not_found`. */
export interface VerificationRef {
  readonly tenantId: string;
  /** The public id. */
  readonly id: string;
}

/**
 * All that can be done with verifications. Every method throws a VerificationError: `not_found`,
 * `verification_ended`, `temporal_unavailable`, `worker_unavailable`, and what each names itself.
 */
export interface Verifications {
  /**
   * `created` is false for a repeat. Throws `verification_in_progress`, `phone_number_cooling_down`,
   * `idempotency_key_reused`. Needs no worker.
   */
  start(request: StartRequest & Idempotency): Promise<{ created: boolean; verification: IdentifiedView }>;
  /** As it stands; with a wait, as soon as it ends or when the wait is over or aborted. */
  get(ref: VerificationRef, wait?: Wait): Promise<IdentifiedView>;
  /** Judges a code of 4 to 10 digits. Throws `invalid_code` for a wrong number of them, `idempotency_key_reused`. */
  check(
    ref: VerificationRef,
    code: string,
    by: Idempotency,
  ): Promise<{ verified: boolean; verification: IdentifiedView }>;
  /**
   * Sends a code in, fire and forget: also while no worker answers. Throws `invalid_code` for a wrong number of digits;
   * with `padded`, leading zeros may be missing.
   */
  submit(ref: VerificationRef, digits: string, options?: { readonly padded?: boolean }): Promise<void>;
  /** Asks for an end as `canceled`, fire and forget like `submit`. */
  requestCancel(ref: VerificationRef, reason: string | null): Promise<void>;
  /** Throws if it is known that nothing can be sent to it. */
  assertOpen(ref: VerificationRef): Promise<void>;
  /** One more message. Throws `resend_too_soon`, `resend_limit_reached`. */
  resend(ref: VerificationRef): Promise<IdentifiedView>;
  /** Ends it as `canceled`, or returns how it had already ended. */
  cancel(ref: VerificationRef): Promise<IdentifiedView>;
  /** Passes on what the SMS provider reports of a message. What can't matter any more is dropped, and never an error. */
  reportDelivery(id: string, report: DeliveryReport): Promise<void>;
  /** Whether Temporal answers. */
  isReachable(): Promise<boolean>;
}

/** How long the end of one whose window is over is waited for. */
const END_LIMIT_MS = 1_000;

export function createVerifications(dependencies: StartDependencies): Verifications {
  const { keyRing, digests } = dependencies;
  const calls = createWorkflowCalls(dependencies.client);
  const states = createRunStates(dependencies.client, calls);
  const messages = createRunMessages(calls, states);
  const start = createStart(dependencies, calls, states);
  const reportDelivery = createDeliveryReports(states, messages);

  return {
    async start(request) {
      const { outcome, id, state } = await start(request);
      return { created: outcome === 'started', verification: identify(id, state) };
    },

    async get(ref, wait) {
      const id = parse(ref);
      const state = await states.read(id);
      const isOpen = state.endedAt === null && wait !== undefined && states.mayWait(id);
      return identify(id, isOpen ? await waitForDecision(states, id, state, wait) : state);
    },

    async check(ref, code, { caller, idempotencyKey }) {
      const id = parse(ref);
      const submission = submissionOf(id, code);
      const updateId =
        idempotencyKey === undefined ? undefined : digests.idempotencyKey('check', caller, idempotencyKey);
      const outcome = await messages.update(id, checkUpdate, submission, updateId);
      // Temporal answers a known update id with its first outcome, whatever was sent this time.
      if (!outcome.tags.some((tag) => submission.tags.includes(tag))) {
        throw new VerificationError({ code: 'idempotency_key_reused' });
      }
      return { verified: outcome.verified, verification: identify(id, outcome.state) };
    },

    async submit(ref, digits, { padded = false } = {}) {
      const id = parse(ref);
      const codeLength = (await messages.assertOpen(id))?.codeLength ?? (await messages.codeLengthOf(id));
      const code = padded ? digits.padStart(codeLength, '0') : digits;
      if (code.length !== codeLength) throw new VerificationError({ code: 'invalid_code', codeLength });
      await messages.signal(id, submitSignal, submissionOf(id, code));
    },

    async requestCancel(ref, reason) {
      const id = parse(ref);
      await messages.assertOpen(id);
      await messages.signal(id, cancelSignal, { ...addressOf(id), reason });
    },

    async assertOpen(ref) {
      await messages.assertOpen(parse(ref));
    },

    async resend(ref) {
      const id = parse(ref);
      return identify(id, await messages.update(id, resendUpdate, addressOf(id)));
    },

    async cancel(ref) {
      const id = parse(ref);
      try {
        return identify(id, await messages.update(id, cancelUpdate, addressOf(id)));
      } catch (error) {
        if (!(error instanceof VerificationError) || error.code !== 'verification_ended') throw error;
        const state = await states.read(id);
        // Its window is over, though its timer has yet to say so.
        if (state.endedAt === null) return identify(id, (await states.waitForEnd(id, END_LIMIT_MS)) ?? state);
        return identify(id, state);
      }
    },

    async reportDelivery(publicId, report) {
      const id = parseVerificationId(publicId);
      if (id) await reportDelivery(id, report);
    },

    isReachable: calls.isReachable,
  };

  function submissionOf({ tenantId, workflowId, nonce }: TenantsId, code: string): Submission {
    return { tenantId, nonce, digits: code.length, tags: deriveTags(keyRing, { workflowId, nonce }, code) };
  }
}

/** An id of which the tenant is known. */
type TenantsId = VerificationId & { readonly tenantId: string };

function addressOf({ tenantId, nonce }: TenantsId): FromTenant {
  return { tenantId, nonce };
}

function parse({ tenantId, id: publicId }: VerificationRef): TenantsId {
  const id = parseVerificationId(publicId);
  if (!id) throw new VerificationError({ code: 'not_found' });
  return { ...id, tenantId };
}

/** An allow-list: no caller gets a nonce, or a number's ledger. */
function identify(id: VerificationId, state: VerificationState): IdentifiedView {
  const { phoneNumber, status, attemptsRemaining, codeLength, windowMs } = state;
  const { createdAt, expiresAt, endedAt, error, updatedAt, cancelReason } = state;
  return {
    id: formatVerificationId(id),
    phoneNumber,
    status,
    attemptsRemaining,
    codeLength,
    windowMs,
    createdAt,
    expiresAt,
    endedAt,
    error,
    updatedAt,
    cancelReason,
  };
}
