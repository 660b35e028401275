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

/** A verification with its public id. */
export interface IdentifiedView extends VerificationView {
  readonly id: string;
  /** Whether a message is being sent. */
  readonly messageInFlight: boolean;
}

/** Names a verification, and the tenant that sent the request. Another tenant's verification is `not_found`. */
export interface VerificationRef {
  readonly tenantId: string;
  /** The public id. */
  readonly id: string;
}

/**
 * The operations on verifications. Every method can throw VerificationError `not_found`, `verification_ended`,
 * `temporal_unavailable` and `worker_unavailable`. Further codes are named at each method.
 */
export interface Verifications {
  /**
   * `created` is false for a repeat. Throws `verification_in_progress`, `phone_number_cooling_down`, `rate_limited`,
   * `idempotency_key_reused`. Needs no worker.
   */
  start(request: StartRequest & Idempotency): Promise<{ created: boolean; verification: IdentifiedView }>;
  /** The current state. With `wait`, returns when the verification ends, or when the wait is over or aborted. */
  get(ref: VerificationRef, wait?: Wait): Promise<IdentifiedView>;
  /** Judges a code of 4 to 10 digits. Throws `invalid_code` (wrong number of digits), `idempotency_key_reused`. */
  check(
    ref: VerificationRef,
    code: string,
    by: Idempotency,
  ): Promise<{ verified: boolean; verification: IdentifiedView }>;
  /**
   * Sends a code without waiting for its result. Needs no worker. Throws `invalid_code` for a wrong number of digits.
   * With `padded`, leading zeros may be missing.
   */
  submit(ref: VerificationRef, digits: string, options?: { readonly padded?: boolean }): Promise<void>;
  /** Requests cancellation without waiting for it. Needs no worker. */
  requestCancel(ref: VerificationRef, reason: string | null): Promise<void>;
  /** Throws if the verification is known to have ended. */
  assertOpen(ref: VerificationRef): Promise<void>;
  /** Sends the code again. Throws `resend_too_soon`, `resend_limit_reached`, `rate_limited`. */
  resend(ref: VerificationRef): Promise<IdentifiedView>;
  /** Cancels an open verification. Returns the state of one that has already ended. */
  cancel(ref: VerificationRef): Promise<IdentifiedView>;
  /** Passes on a delivery report of the SMS provider. Drops a report for an unknown or ended verification. */
  reportDelivery(id: string, report: DeliveryReport): Promise<void>;
  /** Whether Temporal answers. */
  isReachable(): Promise<boolean>;
  /** Resolves when no query runs any more: close the client's connection only then. */
  idle(): Promise<void>;
}

/** How long `cancel` waits for a run to end whose window is already over. */
const END_TIMEOUT_MS = 1_000;

export function createVerifications(dependencies: StartDependencies): Verifications {
  const { keyRing, digests } = dependencies;
  const calls = createWorkflowCalls(dependencies.client);
  const states = createRunStates(dependencies.client, calls);
  const messages = createRunMessages(calls, states);
  const start = createStart(dependencies, calls, states);
  const reportDelivery = createDeliveryReports(dependencies.client, calls, messages);

  return {
    async start(request) {
      const { outcome, id, state } = await start(request);
      return { created: outcome === 'started', verification: toView(id, state) };
    },

    async get(ref, wait) {
      const id = parseRef(ref);
      const state = await states.read(id);
      const isOpen = state.endedAt === null && wait !== undefined && states.mayWait(id);
      return toView(id, isOpen ? await waitForDecision(states, id, state, wait) : state);
    },

    async check(ref, code, { caller, idempotencyKey }) {
      const id = parseRef(ref);
      const submission = submissionOf(id, code);
      const updateId =
        idempotencyKey === undefined ? undefined : digests.idempotencyKey('check', caller, idempotencyKey);
      const outcome = await messages.update(id, checkUpdate, submission, updateId);
      // For a known update id, Temporal returns the first outcome, even if the code is another one now.
      if (!outcome.tags.some((tag) => submission.tags.includes(tag))) {
        throw new VerificationError({ code: 'idempotency_key_reused' });
      }
      return { verified: outcome.verified, verification: toView(id, outcome.state) };
    },

    async submit(ref, digits, { padded = false } = {}) {
      const id = parseRef(ref);
      const codeLength = (await messages.assertOpen(id)).codeLength;
      const code = padded ? digits.padStart(codeLength, '0') : digits;
      if (code.length !== codeLength) throw new VerificationError({ code: 'invalid_code', codeLength });
      await messages.signal(id, submitSignal, submissionOf(id, code));
    },

    async requestCancel(ref, reason) {
      const id = parseRef(ref);
      await messages.assertOpen(id);
      await messages.signal(id, cancelSignal, { ...fromTenant(id), reason });
    },

    async assertOpen(ref) {
      await messages.assertOpen(parseRef(ref));
    },

    async resend(ref) {
      const id = parseRef(ref);
      return toView(id, await messages.update(id, resendUpdate, fromTenant(id)));
    },

    async cancel(ref) {
      const id = parseRef(ref);
      try {
        return toView(id, await messages.update(id, cancelUpdate, fromTenant(id)));
      } catch (error) {
        if (!(error instanceof VerificationError) || error.code !== 'verification_ended') throw error;
        const state = await states.read(id);
        // The window is over, but the workflow's timer has not fired yet.
        const isClosing = state.endedAt === null && states.mayWait(id);
        return toView(id, (isClosing ? await states.waitForEnd(id, END_TIMEOUT_MS) : undefined) ?? state);
      }
    },

    async reportDelivery(publicId, report) {
      const id = parseVerificationId(publicId);
      if (id) await reportDelivery(id, report);
    },

    isReachable: calls.isReachable,
    idle: states.idle,
  };

  function submissionOf({ tenantId, workflowId, nonce }: TenantVerificationId, code: string): Submission {
    return { tenantId, nonce, digits: code.length, tags: deriveTags(keyRing, { workflowId, nonce }, code) };
  }
}

/** A parsed id with its tenant. */
type TenantVerificationId = VerificationId & { readonly tenantId: string };

function fromTenant({ tenantId, nonce }: TenantVerificationId): FromTenant {
  return { tenantId, nonce };
}

function parseRef({ tenantId, id: publicId }: VerificationRef): TenantVerificationId {
  const id = parseVerificationId(publicId);
  if (!id) throw new VerificationError({ code: 'not_found' });
  return { ...id, tenantId };
}

/** Copies only the fields that callers may see: not the nonce, and not the ledger. */
function toView(id: VerificationId, state: VerificationState): IdentifiedView {
  const { phoneNumber, status, attemptsRemaining, codeLength, windowMs } = state;
  const { createdAt, expiresAt, endedAt, error, nextResendAt, updatedAt, cancelReason } = state;
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
    messageInFlight: status === 'sending' || state.messageInFlightSince !== null,
    nextResendAt,
    updatedAt,
    cancelReason,
  };
}
